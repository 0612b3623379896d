"""One device alone: by its model's name, on a link, on TCP and on RFC 2217, told by commands."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import serial

from tests.hw_sim.__main__ import main
from tests.hw_sim.bench import Bench, BenchSettings, running_devices
from tests.hw_sim.bench_slots import DEVICES, MODELS, SLOTS
from tests.hw_sim.cards_at_hand import cards_at_hand
from tests.hw_sim.control import BenchError, ask
from tests.hw_sim.people import OTHER_BANK_BIN, make_people
from tests.hw_sim.pin_pad_keys import MasterKey
from tests.hw_sim.villager import villagers_of
from tests.hw_sim_tests.host import Host
from tests.hw_sim_tests.shop import TEST_MASTER
from tests.hw_sim_tests.vectors import device_vectors

# pyserial's own RFC 2217 client still names its thread the old way.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning:serial.rfc2217"),
    pytest.mark.filterwarnings("ignore:.*TripleDES:UserWarning:psec"),
]

ROOT = Path(__file__).parents[2]
GEMPC, IDCARD, PN532 = (device_vectors(name) for name in ("gempc-serial", "idcard-sam", "pn532"))
PINPAD = device_vectors("pinpad-uic")
EXIT_WAIT_S = 5.0
PEOPLE = villagers_of(make_people(1, 6, ["101"], [OTHER_BANK_BIN]))
ASK_SLOT, ECHO, ABSENT = (step.data for step in GEMPC["slot-absent"].steps)
PRESENT = GEMPC["slot-present"].steps[-1].data


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Bench]:
    with running_devices(tmp_path, PEOPLE, fitted=tuple(SLOTS)) as bench:
        yield bench


def sequence_3(frame: bytes) -> bytes:
    """A frame of sequence 02 as the answer to sequence 03: both differ by one bit."""
    return frame[:8] + b"\x03" + frame[9:-1] + bytes([frame[-1] ^ 0x01])


@contextmanager
def port(url: str) -> Iterator[serial.SerialBase]:
    # No write timeout: pyserial's RFC 2217 refuses one.
    with serial.serial_for_url(url, baudrate=115200, timeout=3) as opened:
        yield opened


@contextmanager
def alone(settings: BenchSettings) -> Iterator[Bench]:
    bench = Bench(settings)
    try:
        bench.start()
        yield bench
    finally:
        bench.stop()


def test_the_bench_has_the_three_of_every_counter_unless_asked_for_more(tmp_path: Path) -> None:
    with running_devices(tmp_path) as bench:
        assert tuple(bench.lines) == DEVICES
        assert not bench.link("chip").is_symlink()


def test_a_chip_card_is_put_in_by_a_command(full: Bench) -> None:
    with Host(full.link("chip")) as host:
        assert host.ask(ASK_SLOT, len(ECHO + ABSENT)) == ECHO + ABSENT
        full.do("chip", "insert plain")
        assert host.read(2) == b"\x50\x03"
    with pytest.raises(BenchError, match="plain"):
        full.do("chip", "insert nobody")


def test_a_villagers_document_is_laid_on_by_a_command(full: Bench) -> None:
    find, found = (step.data for step in IDCARD["find-ok"].steps)
    with Host(full.link("idcard")) as host:
        full.do("idcard", "place v01 expired")
        assert host.ask(find, len(found)) == found
        full.do("idcard", "take")
        nothing = IDCARD["find-none"].steps[1].data
        assert host.ask(find, len(nothing)) == nothing


def test_every_villagers_chip_card_is_made_when_it_is_wanted_and_kept() -> None:
    people = make_people(1, 6, ["101"], [OTHER_BANK_BIN])
    chips, contactless = cards_at_hand(people)
    assert set(chips) == set(contactless) == {entry["key"] for entry in people["villagers"]}
    assert chips["v02"] is chips["v02"]
    assert chips["v02"].atr[0] == 0x3B


def test_two_cards_are_tapped_by_a_command(full: Bench) -> None:
    full.do("contactless", "tap plain plain")
    with Host(full.link("contactless")) as host:
        for name in ("wake-sam", "list-two"):
            host.send(PN532[name].steps[0].data)
            host.read(15 if name == "wake-sam" else 14)
        assert full.contactless.field.cards
        assert json.loads(full.do("contactless", "status"))["cards"] == 2


def test_glue_puts_an_echo_and_its_answer_in_one_write(full: Bench) -> None:
    full.fault("chip", "glue", times=1)
    with Host(full.link("chip")) as host:
        assert host.ask(ASK_SLOT, len(ECHO + ABSENT)) == ECHO + ABSENT


def test_a_fault_spoils_the_answer_and_not_the_echo(full: Bench) -> None:
    full.fault("chip", "bad_check", times=1)
    with Host(full.link("chip")) as host:
        got = host.ask(ASK_SLOT, len(ECHO + ABSENT))
    assert got[:-1] == (ECHO + ABSENT)[:-1]
    assert got[-1:] != ABSENT[-1:]


def test_a_wrong_check_of_the_pn532_is_its_dcs(full: Bench) -> None:
    full.fault("contactless", "bad_check", times=1)
    ask_it, ack, answer = (step.data for step in PN532["wake-sam"].steps)
    with Host(full.link("contactless")) as host:
        got = host.ask(ask_it, len(ack + answer))[len(ack) :]
    assert [at for at in range(len(answer)) if got[at] != answer[at]] == [len(answer) - 2]


@pytest.mark.parametrize("slot", SLOTS)
def test_help_names_every_command_and_faults_every_fault(slot: str, full: Bench) -> None:
    names = {line.split()[0] for line in full.do(slot, "help").splitlines()}
    assert {"pull", "plug", "fault", "faults", "lateness", "status", "violations"} <= names
    assert set(SLOTS[slot].faults) <= set(full.do(slot, "faults").split())
    assert json.loads(full.do(slot, "status"))["plugged"] is True


HAPPENED = {
    ("pinpad", "power_off"): ("powered", False),
    ("printer", "power_off"): ("powered", False),
    ("printer", "paper_near_end"): ("paper", "low"),
    ("printer", "paper_out"): ("offline", True),
    ("printer", "cover_open"): ("cover_open", True),
    ("printer", "cutter_jam"): ("cutter_error", True),
    ("printer", "head_hot"): ("head_hot", True),
    ("chip", "power_off"): ("powered", False),
    ("contactless", "power_off"): ("powered", False),
    ("idcard", "power_off"): ("powered", False),
}


@pytest.mark.parametrize(("slot", "fault"), HAPPENED)
def test_a_fault_of_the_sheet_may_be_something_that_happens(
    slot: str, fault: str, full: Bench
) -> None:
    key, wanted = HAPPENED[slot, fault]
    full.do(slot, f"fault {fault}")
    assert json.loads(full.do(slot, "status"))[key] == wanted


@pytest.mark.parametrize("fault", ["pin_cancel", "pin_timeout"])
def test_a_pin_entry_ends_by_the_villager_or_by_its_time(fault: str, full: Bench) -> None:
    select, entry = (PINPAD[name].steps[0].data for name in ("select-key-0", "pin-entry-ok"))
    full.loop.call(lambda: full.pin_pad.keys.update({"0": MasterKey(TEST_MASTER)}))
    with Host(full.link("pinpad")) as host:
        host.ask(select, 1 + len(select))
        host.ask(b"\x06", 1)
        assert host.ask(entry, 1) == b"\x06"
        full.do("pinpad", f"fault {fault}")
        assert host.read(1) == b"\x04"


def test_a_locked_pad_refuses_the_entry_with_code_7(full: Bench) -> None:
    select, entry = (PINPAD[name].steps[0].data for name in ("select-key-0", "pin-entry-ok"))
    full.loop.call(lambda: full.pin_pad.keys.update({"0": MasterKey(TEST_MASTER)}))
    full.do("pinpad", "fault locked")
    with Host(full.link("pinpad")) as host:
        host.ask(select, 1 + len(select))
        host.ask(b"\x06", 1)
        assert b"717" in host.ask(entry, 7)


def test_paper_may_run_out_in_the_middle_of_a_slip(full: Bench) -> None:
    full.do("printer", "fault paper_out_mid_slip")
    with Host(full.link("printer")) as host:
        host.send(b"line\n" * 12 + b"\x1dr\x01")  # 12 lines are longer than 20 mm
        assert host.is_silent()
    assert json.loads(full.do("printer", "status"))["paper"] == "out"


def test_digits_and_enter_may_be_typed_in_one_command(full: Bench) -> None:
    select, entry = (PINPAD[name].steps[0].data for name in ("select-key-0", "pin-entry-ok"))
    full.loop.call(lambda: full.pin_pad.keys.update({"0": MasterKey(TEST_MASTER)}))
    block = PINPAD["pin-entry-ok"].steps[2].data
    with Host(full.link("pinpad")) as host:
        host.ask(select, 1 + len(select))
        host.ask(b"\x06", 1)
        host.ask(entry, 1)
        full.do("pinpad", "type 123456 ENTER")
        assert host.read(len(block)) == block


@pytest.mark.parametrize("scheme", ["tcp", "rfc2217"])
def test_a_device_answers_on_a_tcp_port_and_is_back_after_a_pulled_cable(
    scheme: str, tmp_path: Path
) -> None:
    settings = BenchSettings(tmp_path, fitted=("chip",), **{scheme: {"chip": 0}})  # type: ignore[arg-type]
    with alone(settings) as bench:
        for _ in range(2):
            with port(bench.url("chip")) as host:
                host.write(ASK_SLOT)
                assert host.read(len(ECHO + ABSENT)) == ECHO + ABSENT
                bench.pull("chip")
            bench.plug("chip")


def test_rts_is_seen_over_rfc_2217_and_nowhere_else(tmp_path: Path) -> None:
    settings = BenchSettings(tmp_path, fitted=("chip", "idcard"), rfc2217={"chip": 0})
    with alone(settings) as bench, port(bench.url("chip")) as host:
        seen = []
        for level in (True, False):
            host.rts = level  # pyserial returns when the other side has confirmed it
            seen.append(json.loads(bench.do("chip", "status"))["rts"])
        assert seen == [True, False]
        assert json.loads(bench.do("idcard", "status"))["rts"] is None


def read_to_the_end(host: socket.socket) -> None:
    while host.recv(100):
        pass


def test_a_cable_pulled_from_a_tcp_port_ends_the_connection(tmp_path: Path) -> None:
    with alone(BenchSettings(tmp_path, fitted=("chip",), tcp={"chip": 0})) as bench:
        address = ("127.0.0.1", int(bench.url("chip").rpartition(":")[2]))
        with socket.create_connection(address, timeout=3) as host:
            host.sendall(ASK_SLOT)
            host.recv(1)
            bench.pull("chip")
            with pytest.raises(ConnectionResetError):
                read_to_the_end(host)
        assert not bench.lines["chip"].plugged


def test_bytes_of_any_value_pass_rfc_2217(tmp_path: Path) -> None:
    diagnose = PN532["diagnose"].steps[0].data  # holds FF, which telnet doubles
    settings = BenchSettings(tmp_path, fitted=("contactless",), rfc2217={"contactless": 0})
    with alone(settings) as bench, port(bench.url("contactless")) as host:
        host.write(PN532["wake-sam"].steps[0].data)
        assert len(host.read(15)) == 15
        host.write(diagnose)
        answer = b"".join(step.data for step in PN532["diagnose"].steps[1:])
        assert host.read(len(answer)) == answer


@pytest.mark.slow
def test_the_device_command_serves_link_stdin_and_do_until_sigterm(tmp_path: Path) -> None:
    link = tmp_path / "reader"
    words = ["device", "gempc-serial", "--link", str(link), "--fault", "bad_check:1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.hw_sim", *words],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["links"] == {"chip": str(link)}
        assert json.loads(ask(link, "status"))["faults"] == {"bad_check": 1}
        ask(link, "clear-faults")
        with Host(link) as host:
            process.stdin.write("insert plain\n")
            process.stdin.flush()
            assert process.stdout.readline() == "ok\n"
            assert host.read(2) == b"\x50\x03"
            assert host.ask(ASK_SLOT, len(ECHO + PRESENT)) == ECHO + sequence_3(PRESENT)
        process.send_signal(signal.SIGTERM)
        assert process.wait(EXIT_WAIT_S) == 0
        assert not link.is_symlink()
    finally:
        process.kill()
        process.communicate()


def test_help_lists_every_model_with_its_faults_and_commands(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    assert all(f"\n{name}: " in shown for name in MODELS)
    assert "card_pull" in shown
    assert "insert" in shown
