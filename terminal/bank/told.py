"""What fields 48, 54, 55 and 62 of a verified answer say, in words of the trade. Pure.

Numbers are digits and of bounded length: `protocol.bank.elements` has seen to that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from protocol.bank import keys, settlement
from protocol.bank.codec import Message
from protocol.bank.messages import Row
from protocol.errors import PeerMistake
from protocol.values import IdNumber, PersonName
from terminal.bank.profile import BankProfile
from terminal.core.exchange import Ask, Balance, Participant, Service, Totals, WorkingKeys
from terminal.core.particulars import Arrival, FeeRow, Payee, Told

CURRENCY = "156"
BLOCK_CHARACTERS = 20  # DE54: account type, amount type, currency, sign, fen
AVAILABLE = re.compile(f"..02{CURRENCY}([CD])([0-9]{{12}})")
STATUSES = frozenset("APRDN")  # ST of a participant
IDENTITIES = frozenset("VWF")  # ST of an identity check


def flagged(message: Message) -> tuple[Totals, Balance]:
    """DE48 of the 0510: the bank's totals, and the worse of its two flags."""
    domestic, foreign = settlement.flagged(message.text(48))
    said = {domestic.flag, foreign.flag}
    known = Balance(max(said)) if said <= {one.value for one in Balance} else Balance.ERROR
    return Totals(*domestic[:4]), known


def available(blocks: str) -> int | None:
    """DE54: the available balance; D is an overdraft."""
    for at in range(0, len(blocks), BLOCK_CHARACTERS):
        if block := AVAILABLE.fullmatch(blocks[at : at + BLOCK_CHARACTERS]):
            return int(block[2]) if block[1] == "C" else -int(block[2])
    return None


def keys_of(message: Message, profile: BankProfile) -> WorkingKeys:
    layout = [(key.name, key.key_bytes, key.kcv_bytes, key.fill) for key in profile.keys.layout]
    came = {key.name: key for key in keys.split(message.raw(62), layout)}
    pik, mak = came["pik"], came["mak"]
    return WorkingKeys(pik.cipher, pik.kcv, mak.cipher, mak.kcv)


def is_of(said: Mapping[str, str], ask: Ask) -> bool:
    """The bank's echo of the person asked for; whoever was asked by household is told by number."""
    if said.get("ST") == "N" or ask.person is None:
        return said.get("ST") == "N" or ask.particulars.household is not None
    return said.get("ID") == ask.person.reveal()


def participant(said: Mapping[str, str]) -> Participant | None:
    """The participant, None where the bank knows none. Raises PeerMistake for anything odd."""
    status = said.get("ST")
    if status not in STATUSES:
        raise PeerMistake("bad_char", 62, 0, "status of the participant")
    if status == "N":
        return None
    try:
        return Participant(
            id_number=IdNumber(said["ID"]),
            name=PersonName(said["NM"]),
            status=status,
            township=said["TW"],
            paid=_pairs(said.get("PD", "")),
            years_open=_numbers(said.get("YS", "")),
            account_fen=fen(said, "BL") or 0,
            tiers_fen=_numbers(said.get("TL", "")),
            subsidy_fen=fen(said, "SB") or 0,
            household=tuple(_member(one) for one in said.get("HN", "").split(";") if one),
        )
    except KeyError:
        raise PeerMistake("missing_field", 62, 0, "participant") from None


def particulars(message: Message, said: Mapping[str, str], ask: Ask, row: Row) -> Told:
    """What the single services tell. Raises PeerMistake."""
    identity = said.get("ST", "") if ask.service is Service.IDENTITY_CHECK else ""
    if identity and identity not in IDENTITIES:
        raise PeerMistake("bad_char", 62, 0, "status of an identity check")
    return Told(
        payee=_payee(said, ask) if ask.service is Service.PAYEE_QUERY else None,
        arrivals=tuple(Arrival(date, amount) for date, amount in _dated(said.get("AL", ""))),
        fee_version=said.get("FV", ""),
        fee_rows=tuple(_fee_row(one) for one in said.get("FT", "").split(";") if one),
        identity=identity,
        card=said.get("CR", ""),
        chip=message.raw(55),
        payload=b"" if row.financial or row.told or row.name == "sign_in" else message.raw(62),
    )


def _payee(said: Mapping[str, str], ask: Ask) -> Payee | None:
    """The account asked for, with the name (收款人户名) that the villager must confirm."""
    asked = ask.particulars.payee
    if asked is None or "NM" not in said:
        return None
    return Payee(asked.account, PersonName(said["NM"]), said.get("BN", ""))


def _fee_row(text: str) -> FeeRow:
    service, scope, rate, least, most = text.split(",")
    return FeeRow(service, scope, int(rate), int(least), int(most))


def _dated(text: str) -> tuple[tuple[str, int], ...]:
    rows = (row.split(":") for row in text.split(";") if row)
    return tuple((date, int(amount)) for date, amount in rows)


def _member(text: str) -> tuple[IdNumber, PersonName, str]:
    number, name, status = text.split(",")
    return IdNumber(number), PersonName(name), status


def _pairs(text: str) -> tuple[tuple[int, int], ...]:
    rows = (row.split(":") for row in text.split(";") if row)
    return tuple((int(year), int(fen)) for year, fen in rows)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(",") if number)


def fen(said: Mapping[str, str], tag: str) -> int | None:
    """An amount element, None where it is absent."""
    return int(said[tag]) if tag in said else None
