"""Every service that the terminal can ask, on the bank written by another hand: two readings of
one sheet. The clear keys and PINs are the bank's own.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from psec import pinblock

from protocol.bank import downloads
from protocol.values import (
    AccountNumber,
    HouseholdNumber,
    IdNumber,
    Pan,
    PersonName,
    Phone,
    PinBlock,
    Track2,
)
from terminal.bank import dialect
from terminal.core.exchange import Answer, Ask, Card, Entry, Service, Verdict
from terminal.core.particulars import Chip, Original, Particulars, Payee
from tests.bank_sim.counter import TERMINAL, Counter, Villager
from tests.hw_sim.bank import wire
from tests.hw_sim.bank.block_cipher import encrypt
from tests.hw_sim.bank.host import handle
from tests.hw_sim.bank.mac import cup_ecb
from tests.hw_sim.bank.store import transaction
from tests.terminal_bank.asks import PROFILE, SCHEME


class Station:
    """The terminal's own words over the counter's bank."""

    def __init__(self, counter: Counter) -> None:
        self.counter, self.seq, self.trace = counter, 1000, 500
        session = counter.bank.sessions[TERMINAL]
        self.mak, self.pik = session.mak, session.pik

    def ask(self, service: Service, **said: object) -> Answer:
        self.seq, self.trace = self.seq + 1, self.trace + 1
        blank = Ask(service, self.trace, int(self.counter.batch), self.seq, "01")
        return self.hear(replace(blank, **said))  # type: ignore[arg-type]

    def hear(self, ask: Ask) -> Answer:
        bank = self.counter.bank
        asked = wire.decode(dialect.request(ask, PROFILE, SCHEME, self.mac))
        assert isinstance(asked, wire.Message)
        with transaction(bank.db):
            reply = handle(bank, TERMINAL, ask.terminal_seq, asked, None)
        assert reply is not None
        return dialect.answer(wire.frame_of(reply), ask, PROFILE, self.mac).answer

    def mac(self, data: bytes) -> bytes:
        return cup_ecb(self.mak, data)

    def pin(self, holder: Villager, pin: str) -> PinBlock:
        clear = pinblock.encode_pinblock_iso_0(pin, holder["card"]["pan"])
        return PinBlock(encrypt(self.pik, clear).hex().upper())

    def by_card(self, holder: Villager) -> dict[str, object]:
        card = holder["card"]
        read = Card(Pan(card["pan"]), card["expiry"], Track2(card["track2"]))
        return {"entry": Entry.STRIPE, "card": read, "pin": self.pin(holder, holder["pin"])}


@pytest.fixture
def station(counter: Counter) -> Station:
    return Station(counter)


@pytest.fixture
def holder(counter: Counter) -> Villager:
    return counter.villagers[0]


@pytest.fixture
def neighbour(counter: Counter) -> Villager:
    return counter.villagers[5]


def account_of(villager: Villager) -> AccountNumber:
    return AccountNumber(villager["card"]["pan"])


def payee_told(station: Station, to: Villager, fen: int) -> Answer:
    asked = Particulars(payee=Payee(account_of(to)))
    told = station.ask(Service.PAYEE_QUERY, amount_fen=fen, particulars=asked)
    assert told.told.payee is not None
    return told


def test_the_payees_name_comes_back_before_money_is_sent(
    station: Station, neighbour: Villager
) -> None:
    payee = payee_told(station, neighbour, 50_000).told.payee
    assert payee is not None
    assert payee.name == PersonName(neighbour["name"])
    assert payee.bank


@pytest.mark.parametrize("service", [Service.REMITTANCE, Service.TRANSFER])
def test_money_is_sent_with_the_name_echoed_and_can_be_reversed(
    station: Station, holder: Villager, neighbour: Villager, service: Service
) -> None:
    told = payee_told(station, neighbour, 10_000)
    said = {
        "amount_fen": 10_000,
        "fee_fen": told.fee_fen,
        "particulars": Particulars(payee=told.told.payee, phone=Phone("13800000009")),
        **(station.by_card(holder) if service is Service.TRANSFER else {}),
    }
    sent = station.ask(service, **said)
    assert (sent.verdict, sent.fee_fen) == (Verdict.APPROVED, said["fee_fen"])
    undone = station.hear(
        replace(
            Ask(service, station.trace, int(station.counter.batch), station.seq + 1, "01"),
            reversal_reason="98",
            **said,  # type: ignore[arg-type]
        )
    )
    assert undone.verdict is Verdict.APPROVED


def test_another_name_than_the_banks_is_refused(station: Station, neighbour: Villager) -> None:
    """P9 收款人户名不符."""
    payee = Payee(account_of(neighbour), PersonName("无此人"))
    sent = station.ask(
        Service.REMITTANCE,
        amount_fen=10_000,
        fee_fen=0,
        particulars=Particulars(payee=payee, phone=Phone("13800000009")),
    )
    assert (sent.verdict, sent.code) == (Verdict.DECLINED, "P9")


def test_a_lost_card_is_blocked_and_named_by_its_mask(station: Station, holder: Villager) -> None:
    told = station.ask(
        Service.LOSS_REPORT,
        person=IdNumber(holder["id_number"]),
        particulars=Particulars(phone=Phone(holder["phone"])),
    )
    pan = holder["card"]["pan"]
    assert told.verdict is Verdict.APPROVED
    assert told.told.card == f"{pan[:6]}*********{pan[-4:]}"
    assert station.ask(Service.BALANCE, **station.by_card(holder)).code == "41"


def test_an_identity_is_verified_by_name_and_number(station: Station, holder: Villager) -> None:
    said = {"person": IdNumber(holder["id_number"])}
    for name, status in ((holder["name"], "V"), ("无此人", "F")):
        more = Particulars(name=PersonName(name), household=HouseholdNumber("HK440100017"))
        told = station.ask(Service.IDENTITY_CHECK, particulars=more, **said)
        assert told.told.identity == status


def test_a_pension_arrives_is_seen_and_notices_are_signed_up_for(
    station: Station, counter: Counter
) -> None:
    pensioner = counter.villagers[2]  # `people.py`: who is special, by position
    seen = station.ask(Service.PENSION_ARRIVALS, **station.by_card(pensioner))
    assert seen.verdict is Verdict.APPROVED
    assert seen.told.arrivals
    assert list(seen.told.arrivals) == sorted(seen.told.arrivals, reverse=True)
    more = Particulars(phone=Phone("13800000009"))
    signed = station.ask(Service.SMS_NOTICE, particulars=more, **station.by_card(pensioner))
    assert signed.verdict is Verdict.APPROVED


def test_a_new_pin_is_the_pin_from_then_on(station: Station, holder: Villager) -> None:
    more = Particulars(new_pin=station.pin(holder, "135790"))
    changed = station.ask(Service.PIN_CHANGE, particulars=more, **station.by_card(holder))
    assert changed.verdict is Verdict.APPROVED
    assert station.ask(Service.BALANCE, **station.by_card(holder)).code == "55"
    after = station.by_card({**holder, "pin": "135790"})
    assert station.ask(Service.BALANCE, **after).verdict is Verdict.APPROVED


def test_a_withdrawal_is_voided_by_its_reference(station: Station, holder: Villager) -> None:
    paid = station.ask(Service.WITHDRAWAL, amount_fen=10_000, fee_fen=0, **station.by_card(holder))
    assert paid.verdict is Verdict.APPROVED
    original = Original(
        "withdrawal", int(station.counter.batch), station.trace, paid.rrn, paid.authorisation
    )
    void = station.ask(
        Service.VOID,
        amount_fen=10_000,
        particulars=Particulars(original=original),
        **station.by_card(holder),
    )
    assert void.verdict is Verdict.APPROVED


def test_the_fee_table_comes_with_its_version(station: Station) -> None:
    told = station.ask(Service.FEE_TABLE, particulars=Particulars(fee_version="0"))
    assert told.verdict is Verdict.APPROVED
    assert told.told.fee_version
    assert {row.service for row in told.told.fee_rows} <= {"withdrawal", "transfer", "remittance"}


def test_chip_applications_are_listed_fetched_and_confirmed(station: Station) -> None:
    asked = Particulars(payload=downloads.list_query(0))
    listed = downloads.page(station.ask(Service.AIDS_QUERY, particulars=asked).told.payload)
    assert [key[downloads.AID].hex().upper() for key in listed.objects] == [
        *("A000000333010101", "A000000333010102"),
    ]
    one = Particulars(payload=downloads.one_query(listed.objects[0]))
    found = downloads.one(station.ask(Service.AID, particulars=one).told.payload)
    assert found is not None
    assert found.hex().upper().startswith("9F0608A000000333010101DF0101")
    assert station.ask(Service.AIDS_END).verdict is Verdict.APPROVED


def test_ca_keys_parameters_and_status_are_spoken_as_the_bank_speaks_them(station: Station) -> None:
    none = Particulars(payload=downloads.list_query(0))
    keys = downloads.page(station.ask(Service.CA_KEYS_QUERY, particulars=none).told.payload)
    assert keys.objects == ()
    assert station.ask(Service.CA_KEYS_END).verdict is Verdict.APPROVED
    told = downloads.parameters(station.ask(Service.PARAMETERS).told.payload)
    assert told["13"] == "3"
    assert told["22"]
    assert station.ask(Service.PARAMETERS_END).verdict is Verdict.APPROVED
    well = Particulars(payload=downloads.status([(1, True), (2, True)]))
    assert station.ask(Service.STATUS, particulars=well).verdict is Verdict.APPROVED


def test_after_the_sign_out_nothing_is_answered_but_77(station: Station, holder: Villager) -> None:
    assert station.ask(Service.SIGN_OUT).verdict is Verdict.APPROVED
    refused = station.ask(Service.BALANCE, **station.by_card(holder))
    assert (refused.verdict, refused.code) == (Verdict.SIGN_IN_AGAIN, "77")


@pytest.mark.parametrize("sequence", ["001", "000"])
def test_a_chip_bookings_detail_is_taken_though_its_answer_names_no_amount(
    station: Station, holder: Villager, sequence: str
) -> None:
    """0330 has no DE4 (`bank-wire.md` section 4.1); a card may have no sequence number (5F34)."""
    card = Card(Pan(holder["card"]["pan"]), entry=Entry.CHIP, psn="01")
    told = station.ask(
        Service.BATCH_CHIP_UNBALANCED,
        entry=Entry.CHIP,
        amount_fen=30_000,
        card=card,
        particulars=Particulars(chip=Chip(sequence, bytes.fromhex("9F3602001C"))),
    )
    assert told.verdict is Verdict.APPROVED
