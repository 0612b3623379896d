"""An `Ask` as a frame of the dialect: which value each field of a message's row gets. Pure."""

from __future__ import annotations

from collections.abc import Callable

from protocol.bank import elements, messages, settlement
from protocol.bank.codec import Value, pack
from protocol.bank.frame import wrap
from protocol.bank.mac import MAC_BYTES
from protocol.bank.messages import Row
from protocol.bank.presence import When
from protocol.errors import OurMistake
from protocol.values import Track2, Track3
from terminal.bank.profile import BankProfile
from terminal.core.exchange import Ask, Entry, Service

Mac = Callable[[bytes], bytes]
WITH_PIN, WITHOUT_PIN = "2600000000000000", "0600000000000000"  # DE53
CURRENCY = "156"
ENTRY = {Entry.STRIPE: "02", Entry.CHIP: "05", Entry.NONE: "01"}  # DE22, digits 1 and 2
REGULAR, FALLBACK = "0", "2"  # 60.5
# DE62 of a chip booking in a batch upload (`bank-wire.md` section 7): kind, domestic card, amount
CHIP_RECORDS = dict.fromkeys(("batch_chip", "batch_chip_unbalanced"), "610000{fen:012d}156")


def request(ask: Ask, profile: BankProfile, scheme: str, mac: Mac) -> bytes:
    """The whole frame, MAC included. Raises OurMistake."""
    row = profile.row_of(ask.service.value)
    fields = _values(ask, row, profile, scheme)
    mti, listed = row.mti, row.asked
    if ask.reversal_reason is not None:
        mti, listed = messages.REVERSAL_MTI, messages.reversal_of(row)
        fields = {de: v for de, v in fields.items() if de not in messages.NOT_IN_REVERSAL}
        fields[39] = ask.reversal_reason
        if ask.card is not None:
            fields[2] = ask.card.pan.reveal()
    if row.financial:
        fields[64] = bytes(MAC_BYTES)
    messages.check(row.name, listed, fields, _holds(ask))
    body = pack(mti, fields, profile.field_table)
    if row.financial:
        body = body[:-MAC_BYTES] + mac(body[:-MAC_BYTES])
    return wrap(
        body, tpdu=bytes.fromhex(profile.frame.tpdu), header=bytes.fromhex(profile.frame.header)
    )


def custom(ask: Ask, row: Row, profile: BankProfile) -> str:
    """DE60: 13 digits where the message tells how the card was read, else 11."""
    digits = f"{row.kind}{ask.batch:06d}{row.network}"
    if 22 not in row.asked:
        return digits
    return digits + profile.terminal.reads + (FALLBACK if ask.particulars.fallback else REGULAR)


def _holds(ask: Ask) -> set[When]:
    """The conditions of the message table that this request meets."""
    conditions = {
        When.CARD: ask.entry is not Entry.NONE,
        When.CHIP: ask.entry is Entry.CHIP,
        When.PIN: ask.pin is not None,
    }
    return {when for when, met in conditions.items() if met}


def _values(ask: Ask, row: Row, profile: BankProfile, scheme: str) -> dict[int, Value]:
    """What this request can say, by field; of it a message takes what its row lists."""
    card, original = ask.card, ask.particulars.original
    by_chip = ask.entry is Entry.CHIP
    chip = ask.particulars.chip if by_chip else None
    values: dict[int, Value | None] = {
        2: card.pan.reveal() if card and (by_chip or row.asked.get(2) is When.ALWAYS) else None,
        3: row.de3 or (profile.row_of(original.service).de3 if original else None),
        4: f"{ask.amount_fen or 0:012d}" if row.amount or ask.amount_fen is not None else None,
        11: f"{ask.trace:06d}",
        14: card.expiry if card and by_chip else None,
        22: _entry_mode(ask, row),
        23: chip.sequence if chip else None,
        25: profile.condition_of(row.name),
        26: profile.terminal.pin_capture if ask.pin else None,
        32: original.acquirer if original else None,
        35: _track(card.track2) if card else None,
        36: _track(card.track3) if card else None,
        37: original.rrn if original else None,
        38: original.authorisation if original else None,
        41: profile.terminal.tid,
        42: profile.terminal.mid,
        48: _batch_data(ask),
        49: CURRENCY,
        52: bytes.fromhex(ask.pin.reveal()) if ask.pin else None,
        53: _security(ask),
        55: chip.data if chip else None,
        60: custom(ask, row, profile),
        61: f"{original.batch:06d}{original.trace:06d}{original.day}" if original else None,
        62: _payload(ask, row, scheme) or _serial(ask, profile),
        63: profile.terminal.operator.encode("ascii"),
    }
    return {de: value for de, value in values.items() if value and de in row.asked}


def _entry_mode(ask: Ask, row: Row) -> str:
    """Digit 3: whether a PIN was asked; what is about an earlier message says that it was."""
    asked = ask.entry is not Entry.NONE and (52 in row.asked or not row.de3)
    return ENTRY[ask.entry] + ("1" if asked else "2")


def _security(ask: Ask) -> str | None:
    if ask.entry is Entry.NONE:
        return None
    return WITH_PIN if ask.pin is not None else WITHOUT_PIN


def _track(track: Track2 | Track3 | None) -> str | None:
    return track.reveal().replace("=", "D") if track is not None else None


def _batch_data(ask: Ask) -> str | None:
    """DE48 of what closes a batch."""
    match ask.service:
        case Service.SETTLEMENT:
            assert ask.totals is not None
            return settlement.totals(settlement.Sums(*ask.totals))
        case Service.BATCH_UPLOAD:
            return settlement.records(
                [(d.trace, d.pan.reveal() if d.pan else "", d.amount_fen) for d in ask.details]
            )
        case Service.BATCH_END | Service.BATCH_END_BALANCED:
            return settlement.end(ask.details_sent)
    return None


def _payload(ask: Ask, row: Row, scheme: str) -> bytes:
    """DE62: a chip booking's record, a download's own bytes, or the row's elements."""
    if row.name in CHIP_RECORDS:
        return CHIP_RECORDS[row.name].format(fen=ask.amount_fen or 0).encode("ascii")
    tags = row.elements if ask.queued_at is None else row.elements + row.queued
    other = dict(row.instead) if ask.person is None else {}
    pairs = [(tag, _element(tag, ask, scheme)) for tag in (other.get(tag, tag) for tag in tags)]
    return elements.pack(pairs) if pairs else ask.particulars.payload


def _serial(ask: Ask, profile: BankProfile) -> bytes:
    """DE62 of a sign-in: `Sequence No`, two digits of length, serial (`bank-wire.md` 4.1)."""
    serial = profile.terminal.serial
    if ask.service is not Service.SIGN_IN or not serial:
        return b""
    return f"Sequence No{len(serial):02d}{serial}".encode("ascii")


def _element(tag: str, ask: Ask, scheme: str) -> str:
    """One DE62 element. Raises OurMistake when the request does not say it."""
    more, payee = ask.particulars, ask.particulars.payee
    name = payee.name if payee is not None else more.name
    said: dict[str, str | None] = {
        "AC": payee.account.reveal() if payee is not None else None,
        "CN": more.register_number,
        "FE": str(ask.fee_fen or 0),
        "FV": more.fee_version,
        "HB": more.household.reveal() if more.household is not None else None,
        "ID": ask.person.reveal() if ask.person is not None else None,
        "IK": ask.idempotency_key,
        "NM": name.reveal() if name is not None else None,
        "NP": more.new_pin.reveal() if more.new_pin is not None else None,
        "PH": more.phone.reveal() if more.phone is not None else None,
        "PR": ask.payer.value if ask.payer is not None else None,
        "QD": ask.queued_at,
        "SC": scheme,
        "TR": str(ask.tier_fen) if ask.tier_fen is not None else None,
        "YR": f"{ask.year:04d}" if ask.year is not None else None,
    }
    value = said[tag]
    if not value:
        raise OurMistake(f"{ask.service.value}: element {tag} is missing")
    return value
