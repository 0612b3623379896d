"""libnfc's nfc-list, and adafruit-circuitpython-pn532, against the PN532 simulator (pn532.md)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.hw_sim.bench import Bench, running_devices
from tests.hw_sim.smart_card import ContactlessCard, PlainCard
from tests.judges.ruling import Claim, Heard, hear

SELECT_PPSE = "00A404000E325041592E5359532E4444463031"
FCI = "6F1A840E325041592E5359532E4444463031A5088801015F2D027A689000"  # pn532.json
SCRIPT = Path(__file__).with_name("adafruit_script.py")
VENV_PYTHON = Path("build/judges/bin/python")
ABSENT = "None"
# As nfc-list prints them, the ATS without its length byte.
ATS, SEVEN_BYTES = "78  80  70  02", "04  a1  b2  c3  d4  e5  f6"


def card() -> ContactlessCard:
    return ContactlessCard(bytes.fromhex("08123456"), PlainCard({SELECT_PPSE: FCI}))


def ultralight() -> ContactlessCard:
    return ContactlessCard(bytes.fromhex("04A1B2C3D4E5F6"), None, b"\x00\x44", sak=0)


@contextmanager
def reader(place: Path, *cards: ContactlessCard) -> Iterator[Bench]:
    with running_devices(place, fitted=("contactless",)) as bench:
        bench.loop.call(lambda: bench.contactless.put(*cards))
        yield bench


def nfc_list(place: Path) -> Iterator[Claim]:
    with reader(place, card()) as bench:
        yield _lists(
            "one ISO 14443-4 card?",
            bench,
            "SENS_RES): 00  04",
            "08  12  34  56",
            "SEL_RES): 20",
            ATS,
        )
    with reader(place, ultralight()) as bench:
        yield _lists("a 7-byte UID?", bench, "SENS_RES): 00  44", SEVEN_BYTES, "SEL_RES): 00")
    with reader(place, card(), ultralight()) as bench:
        yield _lists("two cards?", bench, "08  12  34  56", SEVEN_BYTES)
    with reader(place) as bench:
        heard = _nfc_list(bench)
        yield Claim(
            "an empty field?", heard.words, "opened" in heard.words and "UID" not in heard.words
        )
    with reader(place, card()) as bench:
        bench.fault("contactless", "bad_check", times=1)
        heard = _nfc_list(bench)
        wrong = "checksum mismatch" in heard.words.lower()
        yield Claim("a wrong DCS?", heard.words, wrong)
    with reader(place, card()) as bench:
        bench.fault("contactless", "dribble")
        yield _lists("one byte at a time?", bench, "08  12  34  56")


def _lists(asked: str, bench: Bench, *wanted: str) -> Claim:
    heard = _nfc_list(bench)
    return Claim(asked, heard.words, all(each in heard.words for each in wanted))


def _nfc_list(bench: Bench) -> Heard:
    device = f"pn532_uart:{bench.link('contactless')}:115200"
    return hear("nfc-list", env={"LIBNFC_DEFAULT_DEVICE": device})


def adafruit(place: Path) -> Iterator[Claim]:
    asks: tuple[tuple[str, Callable[[], tuple[ContactlessCard, ...]], str, str], ...] = (
        ("firmware, UID and PPSE?", lambda: (card(),), "08123456", FCI),
        ("a 7-byte UID?", lambda: (ultralight(),), "04A1B2C3D4E5F6", ABSENT),
    )
    for asked, cards, uid, fci in asks:
        with reader(place, *cards()) as bench:
            heard = hear(str(VENV_PYTHON), str(SCRIPT), str(bench.link("contactless")))
        wanted = ["firmware 1.6", f"uid {uid}", f"ppse {fci}"]
        yield Claim(asked, heard.words, heard.words.splitlines()[-3:] == wanted)
