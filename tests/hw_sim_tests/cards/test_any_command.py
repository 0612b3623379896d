"""Whatever is sent, a card answers in at most 258 bytes, and a fault never breaks the bench."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hw_sim.cards.contactless import ContactlessFace
from tests.hw_sim.cards.faults import FAULTS
from tests.hw_sim_tests.cards.session import PYEMV_WARNS, Transaction, new_card, send

pytestmark = PYEMV_WARNS
ANSWER_BYTES = range(2, 259)
HEADERS = st.sampled_from(
    ["00A40400", "00A40402", "00B2010C", "00B20214", "80A80000", "80CA9F36", "00880000",
     "80AE8000", "80AE5000", "80AE4000", "00820000", "00200080", "841E0000", "04DA9F58",
     "04DC010C", "84240002"]
)  # fmt: skip
LIKELY = st.builds(
    lambda header, data: bytes.fromhex(header) + bytes((len(data),)) + data,
    HEADERS,
    st.binary(max_size=64),
)
COMMANDS = st.one_of(LIKELY, st.binary(max_size=262))


@given(st.lists(COMMANDS, max_size=12), st.sampled_from(["dda", "cda", "two", "list"]))
@settings(max_examples=60, deadline=None)
def test_every_command_has_an_answer(commands: list[bytes], profile: str) -> None:
    card = new_card(profile)
    for speaker in (card, ContactlessFace(card.state)):
        speaker.reset()
        send(card, "00A4040008A00000033301010100")
        for command in commands:
            assert len(speaker.transmit(command)) in ANSWER_BYTES


@pytest.mark.parametrize("name", sorted(FAULTS))
@pytest.mark.parametrize("profile", ["dda", "cda"])
def test_a_whole_transaction_with_a_fault_is_answered_to_its_end(profile: str, name: str) -> None:
    card = new_card(profile, name)
    transaction = Transaction(card)
    answers = [send(card, "00A404000E315041592E5359532E444446303100"), send(card, "00B2010C00")]
    send(card, "00A4040008A00000033301010100")
    pdol = "830900000000050000015600" if profile == "cda" else "830000"
    answers.append(send(card, f"80A80000{len(pdol) // 2 - 1:02X}{pdol}"))
    places = ("010C", "0114", "0214", "0314", "0414", "011C")
    answers += [send(card, f"00B2{place}00") for place in places]
    answers.append(send(card, "00880000045A17C3E900"))
    answers += [transaction.first(0x90), transaction.second(0x50)]
    assert all(len(answer) in ANSWER_BYTES for answer in answers) or name == "mute"
