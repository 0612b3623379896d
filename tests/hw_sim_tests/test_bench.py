"""Cables, faults, villagers and the bench process."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest
import serial

from tests.hw_sim.bench import running_devices
from tests.hw_sim.control import BenchError, ask
from tests.hw_sim.faults import UnknownFault
from tests.hw_sim_tests.host import Host
from tests.hw_sim_tests.shop import TEST_MASTER, WiredShop, villager
from tests.hw_sim_tests.vectors import device_vectors

pytestmark = pytest.mark.filterwarnings("ignore:.*TripleDES:UserWarning:psec")

ROOT = Path(__file__).parents[2]
PROBE, ALIVE = b"\x1be", b"\x1by"
PINPAD = device_vectors("pinpad-uic")
PIN_BLOCK = PINPAD["pin-entry-ok"].steps[2].data
SELF_TEST = PINPAD["self-test-ok"].steps[0].data
SELF_TEST_ANSWER = PINPAD["self-test-ok"].steps[2].data
READ_BLOCK = b"\x1bs\x1b\x01\x1b\x02;6212345678901232=30122201000000000?\x1b\x03?\x1c\x1b0"
EXIT_WAIT_S = 2.0

PEOPLE = {
    "seed": 1,
    "villagers": [
        {
            "key": "v01",
            "name": "测试",
            "id_number": "110101199003070038",
            "township": "103",
            "status": "A",
            "card": {
                "pan": "6212345678901232",
                "expiry": "3012",
                "service_code": "220",
                "track1": None,
                "track2": "6212345678901232=30122201000000000",
                "track3": None,
            },
            "pin": "123456",
        }
    ],
}


def test_a_pulled_cable_ends_the_line_and_removes_the_link(wired: WiredShop) -> None:
    wired.bench.pull("reader")
    with pytest.raises(OSError, match=r"Input/output|end of file"):
        wired.hosts["reader"].read(1)
    assert not wired.bench.link("reader").is_symlink()


def test_a_cable_plugged_again_works_at_the_same_link(wired: WiredShop) -> None:
    wired.bench.pull("reader")
    wired.bench.plug("reader")
    with Host(wired.bench.link("reader")) as host:
        assert host.ask(PROBE, 2) == ALIVE


def test_a_host_that_closes_its_end_does_not_end_the_line(wired: WiredShop) -> None:
    wired.hosts["reader"].close()
    wired.hosts["reader"] = Host(wired.bench.link("reader"))
    assert wired.hosts["reader"].ask(PROBE, 2) == ALIVE


def test_a_cable_can_be_pulled_in_the_middle_of_a_receipt(wired: WiredShop) -> None:
    wired.bench.pull("printer", after_bytes=6)
    wired.hosts["printer"].send(b"one\ntwo\n")
    with pytest.raises(OSError, match=r"Input/output|end of file"):
        wired.hosts["printer"].read(1)
    wired.bench.plug("printer")
    with Host(wired.bench.link("printer")) as host:
        host.send(b"\n\x1dVB\x00")
        assert wired.bench.wait_for_slips(1)[0].lines == ("one", "tw")


FAULTS_OF_A_PROBE = {
    "dribble": ALIVE,
    "split": ALIVE,
    "late": ALIVE,
    "duplicate": ALIVE + ALIVE,
    "truncate": ALIVE[:1],
    "silence": b"",
}


@pytest.mark.parametrize("name", FAULTS_OF_A_PROBE)
def test_a_fault_spoils_just_the_answers_asked_for(name: str, wired: WiredShop) -> None:
    wanted = FAULTS_OF_A_PROBE[name]
    wired.bench.fault("reader", name, times=1)
    assert wired.exchange("reader", PROBE, len(wanted)) == wanted
    assert wired.exchange("reader", PROBE, 2) == ALIVE


def test_a_fault_set_for_two_answers_spoils_two(wired: WiredShop) -> None:
    wired.bench.fault("reader", "truncate", times=2)
    assert wired.exchange("reader", PROBE * 3, 4) == ALIVE[:1] * 2 + ALIVE


def test_a_fault_without_a_number_lasts_until_cleared(wired: WiredShop) -> None:
    wired.bench.fault("reader", "truncate")
    assert wired.exchange("reader", PROBE * 3, 3) == ALIVE[:1] * 3
    wired.bench.clear_faults("reader")
    assert wired.exchange("reader", PROBE, 2) == ALIVE


def test_a_link_opens_as_a_pyserial_port(wired: WiredShop) -> None:
    url = str(wired.bench.link("reader"))
    with serial.serial_for_url(url, timeout=3, write_timeout=5, exclusive=True) as port:
        port.write(PROBE)
        assert port.read(2) == ALIVE


def test_garbage_comes_before_the_answer(wired: WiredShop) -> None:
    wired.bench.fault("reader", "garbage", times=1)
    host = wired.hosts["reader"]
    got = host.ask(PROBE, 1)
    while not got.endswith(ALIVE):
        got += host.read(1)
    assert len(got) > len(ALIVE)
    assert min(got[:-2]) > 0x7F


def test_a_wrong_check_is_repeated_right_after_a_nak(wired: WiredShop) -> None:
    wired.bench.fault("pinpad", "bad_check", times=1)
    answer = wired.exchange("pinpad", SELF_TEST, 1 + len(SELF_TEST_ANSWER))
    assert answer[1:-1] == SELF_TEST_ANSWER[:-1]
    assert answer[-1:] != SELF_TEST_ANSWER[-1:]
    assert wired.exchange("pinpad", b"\x15", len(SELF_TEST_ANSWER)) == SELF_TEST_ANSWER


def test_a_bad_pin_block_frame_is_the_vectors(wired: WiredShop) -> None:
    vector = PINPAD["pin-bad-lrc-nak"]
    ask_pin, _, bad, nak, good, _ = (step.data for step in vector.steps)
    load_and_select(wired)
    wired.bench.fault("pinpad", "bad_check", times=1)
    wired.bench.auto("v01")
    assert wired.exchange("pinpad", ask_pin, 1 + len(bad))[1:] == bad
    assert wired.exchange("pinpad", nak, len(good)) == good


def load_and_select(wired: WiredShop) -> None:
    for name in ("load-key", "select-key-0"):
        frame = PINPAD[name].steps[0].data
        wired.exchange("pinpad", frame, 1 + len(frame))
        wired.exchange("pinpad", b"\x06", 1)


def test_glue_puts_the_ack_and_the_answer_in_one_write(wired: WiredShop) -> None:
    wired.bench.fault("pinpad", "glue", times=1)
    whole = b"\x06" + SELF_TEST_ANSWER
    assert wired.exchange("pinpad", SELF_TEST, len(whole)) == whole


def test_unplug_breaks_off_in_the_middle_of_an_answer(wired: WiredShop) -> None:
    wired.bench.fault("reader", "unplug", times=1)
    with pytest.raises(OSError, match=r"Input/output|end of file"):
        wired.exchange("reader", PROBE, 2)


def test_an_unknown_fault_names_those_there_are(wired: WiredShop) -> None:
    with pytest.raises(UnknownFault, match="dribble"):
        wired.bench.fault("reader", "bad_check")


@pytest.mark.parametrize(
    ("conduct", "wanted"),
    [("pin-cancel", b"\x04"), ("pin-ok", PIN_BLOCK), ("pin-short", PIN_BLOCK)],
)
def test_a_villager_answers_the_pad_by_themselves(
    conduct: str, wanted: bytes, tmp_path: Path
) -> None:
    with running_devices(tmp_path, {"v01": villager()}, tmk_p=TEST_MASTER, auto="v01") as bench:
        bench.tell("v01", conduct)
        with Host(bench.link("pinpad")) as host:
            select = PINPAD["select-key-0"].steps[0].data
            host.ask(select, 1 + len(select))
            host.ask(b"\x06", 1)
            answer = host.ask(PINPAD["pin-entry-ok"].steps[0].data, 1 + len(wanted))
    assert answer == b"\x06" + wanted
    assert bench.counter.displays_seen == [("$100.00", "ENTER PIN")]


def test_a_wrong_pin_is_another_pin_of_the_same_length() -> None:
    person = villager()
    assert person.wrong_pin != person.pin
    assert len(person.wrong_pin) == len(person.pin)


def test_a_villager_who_left_does_nothing(wired: WiredShop) -> None:
    wired.bench.tell("v01", "leave")
    wired.bench.auto("v01")
    wired.hosts["reader"].send(b"\x1br")
    assert wired.hosts["reader"].is_silent()


def test_commands_reach_a_device_through_the_socket_beside_its_link(wired: WiredShop) -> None:
    ask(wired.bench.link("printer"), "cover open")
    assert wired.exchange("printer", b"\x10\x04\x01", 1) == b"\x1a"
    assert json.loads(ask(wired.bench.link("printer"), '["status"]'))["cover_open"] is True


@pytest.mark.parametrize("command", ["dance", "cover", "cover ajar", "slip 7", "auto v99"])
def test_a_wrong_command_is_one_plain_line(command: str, wired: WiredShop) -> None:
    with pytest.raises(BenchError) as why:
        wired.bench.do("printer", command)
    assert "\n" not in str(why.value)


@pytest.mark.parametrize("device", ["reader", "pinpad", "printer"])
def test_help_gives_every_command_one_line(device: str, wired: WiredShop) -> None:
    lines = wired.bench.do(device, "help").splitlines()
    assert {"pull", "fault", "status"} <= {line.split()[0] for line in lines}
    assert all(len(line) > 34 for line in lines)


@pytest.fixture
def process(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    (tmp_path / "people.json").write_text(json.dumps(PEOPLE), encoding="utf-8")
    command = f"run --dir {tmp_path} --people {tmp_path / 'people.json'} --auto v01 --speed inf"
    started = subprocess.Popen(
        [sys.executable, "-m", "tests.hw_sim", *command.split(), "--human-delay-s", "0"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield started
    started.kill()
    started.communicate()


def ready_line(output: IO[str] | None) -> dict[str, dict[str, str]]:
    assert output is not None
    ready: dict[str, dict[str, str]] = json.loads(output.readline())
    return ready


@pytest.mark.slow
def test_the_bench_process_serves_links_stdin_and_do_until_sigterm(
    process: subprocess.Popen[str], tmp_path: Path
) -> None:
    links = ready_line(process.stdout)["links"]
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("printer paper low\n")
    process.stdin.flush()
    assert process.stdout.readline().startswith("low")
    with Host(Path(links["reader"])) as host:
        assert host.ask(b"\x1br", len(READ_BLOCK)) == READ_BLOCK
    assert ask(Path(links["pinpad"]), "display") == "WELCOME"
    process.send_signal(signal.SIGTERM)
    assert process.wait(EXIT_WAIT_S) == 0
    assert not [name for name in os.listdir(tmp_path) if not name.startswith(("slips", "people"))]


@pytest.mark.slow
def test_do_prints_the_answer_or_one_line_and_exit_1(wired: WiredShop) -> None:
    def do(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tests.hw_sim", "do", *words]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    link = str(wired.bench.link("printer"))
    assert do(link, "paper", "out").stdout.startswith("out")
    wrong = do(link, "paper", "gone")
    assert (wrong.returncode, wrong.stderr) == (1, "usage: paper in|low|out|left MM\n")
    assert do(f"{link}-nowhere", "status").returncode == 1
