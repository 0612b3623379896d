"""Whatever a host sends, a simulated reader neither breaks nor stays deaf."""

from collections.abc import Callable
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hw_sim import contactless_pn532, id_card_sam, smart_card_gempc
from tests.hw_sim.contactless_pn532 import Pn532
from tests.hw_sim.id_card_sam import IdCardSam
from tests.hw_sim.identity_document import citizen
from tests.hw_sim.smart_card import ContactlessCard, PlainCard
from tests.hw_sim.smart_card_gempc import GemPcTwin
from tests.hw_sim_tests.place import Place
from tests.hw_sim_tests.vectors import device_vectors

LONGEST_GAP_S = 2.0
ASK_SLOT = b"\x03\x06\x65" + bytes(9) + b"\x60"  # gempc-serial.md section 4; the LRC is 03^06^65
GEMPC, IDCARD, PN532 = (device_vectors(name) for name in ("gempc-serial", "idcard-sam", "pn532"))


def gempc() -> Place:
    place = Place(smart_card_gempc.FAULTS)
    reader = GemPcTwin(place.sent.extend, place.sent.extend, place.loop, place.faults)
    reader.insert(PlainCard({}))
    reader.slot.power_on(1)
    place.hears = reader.receive
    return place


def pn532() -> Place:
    place = Place(contactless_pn532.FAULTS)
    reader = Pn532(place.sent.extend, place.sent.extend, place.loop, place.faults)
    reader.put(ContactlessCard(bytes(4), PlainCard({})))
    place.hears = reader.receive
    place.ask(PN532["wake-sam"].steps[0].data)
    return place


def idcard() -> Place:
    place = Place(id_card_sam.FAULTS)
    reader = IdCardSam(place.sent.extend, place.loop, place.faults)
    reader.place(citizen("测试", "11010519491231002X"))
    place.hears = reader.receive
    return place


# A place, pieces of good frames to be broken, and a question that is always answered.
READERS: dict[str, tuple[Callable[[], Place], list[bytes], bytes]] = {
    "gempc": (
        gempc,
        [vector.host_bytes for vector in GEMPC.values()],
        b"\x03\x06e" + bytes(9) + b"`",
    ),
    "pn532": (
        pn532,
        [v.host_bytes for v in PN532.values() if v.name != "wake-sam"],
        PN532["wake-sam"].steps[0].data,
    ),
    "idcard": (idcard, [v.host_bytes for v in IDCARD.values()], IDCARD["status"].steps[0].data),
}


@pytest.mark.parametrize("name", READERS)
@given(data=st.data())
def test_any_bytes_in_any_pieces_leave_the_reader_answering(name: str, data: st.DataObject) -> None:
    make, known, question = READERS[name]
    pieces = st.one_of(st.binary(max_size=300), st.sampled_from(known).flatmap(broken))
    with closing(make()) as place:
        for piece in data.draw(st.lists(pieces, max_size=8)):
            place.ask(piece)
        place.wait(LONGEST_GAP_S)
        assert place.ask(question) != b""


def broken(frame: bytes) -> st.SearchStrategy[bytes]:
    """A frame cut short, or with one byte changed."""
    at = st.integers(0, max(len(frame) - 1, 0))
    changed = st.tuples(at, st.integers(0, 255)).map(
        lambda change: frame[: change[0]] + bytes([change[1]]) + frame[change[0] + 1 :]
    )
    return st.one_of(at.map(lambda end: frame[:end]), changed)
