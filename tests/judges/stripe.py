"""msrx, a host program for the MSR605, against our simulator of one (magstripe.md)."""

from collections.abc import Iterator
from pathlib import Path

from tests.hw_sim.bench import running_devices
from tests.hw_sim.magnetic_tracks import MagneticCard
from tests.hw_sim.villager import Villager
from tests.judges.ruling import Claim, hear

MSRX = Path("build/judges/bin/msrx")
TRACK1 = "B6212345678901232^TEST/CARD^30122201000000000000"
TRACK2 = "6212345678901232=30122201000000000"
# Section 2: msrx prints the LRCs as one more character each.
CARDS = (
    ("two tracks?", MagneticCard(TRACK1, TRACK2), f"%{TRACK1}?S|;{TRACK2}??|"),
    ("track 2 alone?", MagneticCard(None, TRACK2), f"|;{TRACK2}??|"),
)


def ask(place: Path) -> Iterator[Claim]:
    for asked, card, wanted in CARDS:
        person = Villager("v01", "", "", card, "", "")
        with running_devices(place, {"v01": person}, fitted=("reader",), auto="v01") as bench:
            heard = hear(str(MSRX), "-D", str(bench.link("reader")), "read", wait_s=15)
            kept = bench.violations()
        yield Claim(asked, heard.words, heard.words == wanted and not kept)
    person = Villager("v01", "", "", CARDS[0][1], "", "")
    with running_devices(place, {"v01": person}, fitted=("reader",), auto="v01") as bench:
        bench.tell("v01", "swipe-bad")
        heard = hear(str(MSRX), "-D", str(bench.link("reader")), "read", wait_s=15)
    yield Claim("a bad swipe?", heard.words, heard.code != 0 or not heard.words.strip("|"))
