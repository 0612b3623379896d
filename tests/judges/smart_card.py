"""pcscd with libccid's GemPCTwin driver, asked by opensc-tool, against the GemPC simulator.

gempc-serial.md, "independent judge that exists"; T=0, T=1 and PPS.
"""

import contextlib
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.hw_sim.bench import Bench, running_devices
from tests.hw_sim.cards import deck
from tests.hw_sim.people import OTHER_BANK_BIN, make_people
from tests.hw_sim.smart_card import PLAIN_ATR, PlainCard, SmartCard
from tests.judges.ruling import CannotJudge, Claim, Heard, hear

SOCKET = Path("/run/pcscd/pcscd.comm")
DRIVER = Path("/usr/lib/pcsc/drivers/serial/libccidtwin.so")
READER = "GemPC"
READY_TRIES, READY_GAP_S = 50, 0.2
SELECT_PSE = "00A404000E315041592E5359532E4444463031"
FCI = "6F1A840E315041592E5359532E4444463031A5088801015F2D027A689000"  # gempc-serial.json
SELECT_UNKNOWN = "00A4040007627601FF00000000"
READ_RECORD = "00B2010C"
LONG = bytes(range(250)).hex() + "0102030405069000"
ATR_PPS = bytes.fromhex("3B1013")
ATR_T1 = bytes.fromhex("3B800181")
PEOPLE = make_people(1, 6, ["101"], [OTHER_BANK_BIN])
T0_VILLAGER, T1_VILLAGER = "v01", "v05"


def plain(atr: bytes) -> PlainCard:
    return PlainCard({SELECT_PSE: FCI, READ_RECORD: LONG}, atr)


def ask(place: Path) -> Iterator[Claim]:
    with running_devices(place, fitted=("chip",)) as bench, daemon(place, bench):
        listed = hear("opensc-tool", "-l")
        yield Claim("is the reader there?", listed.words, READER in listed.words)
        if READER not in listed.words:
            return
        for name, card, fi_di in (
            ("T=0", plain(PLAIN_ATR), 0x11),
            ("T=0 after PPS, TA1=13", plain(ATR_PPS), 0x13),
            ("T=1", plain(ATR_T1), 0x11),
        ):
            yield from _plain_card(bench, name, card, fi_di)
        yield from _people(bench)
        yield from _faults(bench)
        yield from _removal(bench)
        kept = bench.violations()
        yield Claim("did the host keep to the sheet?", f"violations: {kept or 'none'}", not kept)


def _plain_card(bench: Bench, name: str, card: PlainCard, fi_di: int) -> Iterator[Claim]:
    insert(bench, card)
    atr = hear("opensc-tool", "-a")
    yield Claim(f"{name}: its ATR?", atr.words, atr.words.endswith(card.atr.hex(":")))
    for what, command, wanted in (
        ("SELECT the directory", SELECT_PSE + "00", FCI),
        ("SELECT an unknown application", SELECT_UNKNOWN, "6A82"),
        ("READ RECORD of 256 bytes", READ_RECORD + "00", LONG),
    ):
        heard = send(command)
        yield Claim(f"{name}: {what}?", heard.words, answered(heard) == wanted.upper())
    told = bench.chip.slot.parameters[0]
    yield Claim(f"{name}: which Fi/Di?", f"SetParameters said {told:02X}", told == fi_di)


def _people(bench: Bench) -> Iterator[Claim]:
    """The bench's own EMV cards, against the answer of an equal card asked without a reader."""
    for key in (T0_VILLAGER, T1_VILLAGER):
        dealt = deck.dealt_to(PEOPLE, key)
        twin = deck.card_of(PEOPLE, dealt)
        insert(bench, deck.card_of(PEOPLE, dealt))
        atr = hear("opensc-tool", "-a")
        yield Claim(f"EMV card {key}: its ATR?", atr.words, atr.words.endswith(twin.atr.hex(":")))
        heard = send(SELECT_PSE + "00")
        twin.reset()
        wanted = twin.transmit(bytes.fromhex(SELECT_PSE + "00")).hex().upper()
        yield Claim(
            f"EMV card {key}: SELECT the directory?", heard.words, answered(heard) == wanted
        )


def _faults(bench: Bench) -> Iterator[Claim]:
    """What a real reader may do, and the driver lives with (sheet sections 2, 3 and 7)."""
    for fault, atr in (
        ("nak", PLAIN_ATR),
        ("time_request", PLAIN_ATR),
        ("late", PLAIN_ATR),
        ("dribble", PLAIN_ATR),
        ("wtx", ATR_T1),
    ):
        insert(bench, plain(atr))
        bench.fault("chip", fault, times=1)
        heard = send(SELECT_PSE + "00")
        bench.clear_faults("chip")
        agrees = answered(heard) == FCI
        yield Claim(f"{fault}: does it still select?", heard.words, agrees)


def _removal(bench: Bench) -> Iterator[Claim]:
    insert(bench, plain(PLAIN_ATR))
    bench.fault("chip", "card_pull", times=1)
    heard = send(SELECT_PSE + "00")
    yield Claim("a card pulled in the exchange?", heard.words, answered(heard) != FCI)
    listed = _until("No ")
    yield Claim("is a card in the reader now?", listed.words, "No " in listed.words)


def insert(bench: Bench, card: SmartCard) -> None:
    """A new card; the driver must have seen the slot empty in between, as with a hand."""
    bench.do("chip", "remove")
    _until("No ")
    bench.loop.call(lambda: bench.chip.insert(card))
    _until("Yes")


def send(command: str) -> Heard:
    return hear("opensc-tool", "-c", "default", "-s", command, wait_s=15)


def answered(heard: Heard) -> str:
    """Data and status word in hex, out of opensc-tool's dump; empty when there was no answer."""
    status = re.search(r"SW1=0x(..), SW2=0x(..)", heard.words)
    if status is None:
        return ""
    rows = heard.words[status.end() :].splitlines()[1:]
    data = "".join(row[:48].replace(" ", "") for row in rows)
    return (data + "".join(status.groups())).upper()


def _until(words: str) -> Heard:
    """opensc-tool's list of readers once it says `words`, or the last one there was."""
    for _ in range(READY_TRIES):
        heard = hear("opensc-tool", "-l")
        if words in heard.words:
            break
        time.sleep(READY_GAP_S)
    return heard


@contextmanager
def daemon(place: Path, bench: Bench) -> Iterator[None]:
    """A pcscd of our own with one serial reader. Raises CannotJudge where it cannot run."""
    if not DRIVER.exists():
        raise CannotJudge("libccid is not installed")
    if os.geteuid() != 0:
        raise CannotJudge("pcscd starts as root only")
    if _somebody_listens():
        raise CannotJudge("a pcscd already runs on this machine; stop it first")
    conf = place / "reader.conf.d"
    conf.mkdir()
    rows = {
        "FRIENDLYNAME": f'"{READER}"',
        "DEVICENAME": f"{bench.link('chip')}:GemPCTwin",
        "LIBPATH": str(DRIVER),
        "CHANNELID": "1",
    }
    text = "".join(f"{name} {value}\n" for name, value in rows.items())
    (conf / "gempc").write_text(text, encoding="ascii")
    with (place / "pcscd.log").open("w") as log:
        command = ["pcscd", "--foreground", "--config", str(conf)]
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            _until(READER)
            yield
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            process.wait()


def _somebody_listens() -> bool:
    with socket.socket(socket.AF_UNIX) as guest:
        return SOCKET.exists() and guest.connect_ex(str(SOCKET)) == 0
