"""The bench's chip cards by hand.

    list               every villager's card: kind, protocol, applications, what is wrong with it
    show KEY           one card: applications, dates, files, counters; account numbers masked
    apdu KEY HEX...    resets the card and sends the commands, one line of answer each
    faults, profiles   what --fault and --profile may be
    export DIR         chips.json (for the bank), cards.json (for the bench), ca_keys.* (CA keys)

`apdu` shows a card's bytes as they are, account number and all; the people are invented.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.hw_sim.cards import deck
from tests.hw_sim.cards.card import ChipCard
from tests.hw_sim.cards.contactless import ContactlessFace
from tests.hw_sim.cards.faults import FAULTS
from tests.hw_sim.cards.profiles import PROFILES
from tests.hw_sim.cards.tlv import BadTlv, parse
from tests.hw_sim.faults import UnknownFault
from tests.hw_sim.people import make_people
from tests.hw_sim.smart_card import SmartCard

PEOPLE = 12
TOWNSHIPS, OWN_BINS = ("101", "103", "201"), ("622999",)
STATUS_BYTES = 2
CONSTRUCTED = 0x20


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        for line in _lines(options):
            print(line)
    except (deck.UnknownCard, UnknownFault, OSError, ValueError) as why:
        print(why, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.hw_sim.cards",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--people", type=Path, help="people.json; else twelve made from --seed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--profile", choices=sorted(PROFILES), help="another kind of card")
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME",
        help="may be given more than once; also sw_6985_at_gpo, pulled_at_7",
    )
    parser.add_argument("--contactless", action="store_true", help="hold the card to the antenna")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name in ("list", "faults", "profiles"):
        actions.add_parser(name)
    actions.add_parser("show").add_argument("key", metavar="KEY")
    apdu = actions.add_parser("apdu")
    apdu.add_argument("key", metavar="KEY")
    apdu.add_argument("commands", nargs="+", metavar="HEX", type=bytes.fromhex)
    actions.add_parser("export").add_argument("directory", metavar="DIR", type=Path)
    return parser


def _lines(options: argparse.Namespace) -> Sequence[str]:
    if options.action == "faults":
        return [f"{name:<28}{row.about}" for name, row in FAULTS.items()]
    if options.action == "profiles":
        return [f"{name:<16}{row.about}" for name, row in PROFILES.items()]
    people = _people(options)
    if options.action == "export":
        options.directory.mkdir(parents=True, exist_ok=True)
        deck.export(options.directory, people)
        return [f"{path.name}" for path in sorted(options.directory.iterdir())]
    if options.action == "list":
        return [_row(people, row, options) for row in deck.deal(people).values()]
    card = _card(people, options.key, options)
    return _shown(card) if options.action == "show" else _spoken(card, options)


def _people(options: argparse.Namespace) -> Mapping[str, Any]:
    if options.people is None:
        return make_people(options.seed, PEOPLE, TOWNSHIPS, OWN_BINS)
    people: Mapping[str, Any] = json.loads(options.people.read_text(encoding="utf-8"))
    return people


def _card(people: Mapping[str, Any], key: str, options: argparse.Namespace) -> ChipCard:
    kind = options.profile or deck.dealt_to(people, key).profile
    return deck.card_of(people, deck.Dealt(key, kind, tuple(options.fault)))


def _row(people: Mapping[str, Any], row: deck.Dealt, options: argparse.Namespace) -> str:
    kind = options.profile or row.profile
    holder = deck.holder_of(people, row.key)
    return f"{row.key:<5}{_masked(holder.pan)}  {kind:<10}{PROFILES[kind].about}"


def _shown(card: ChipCard) -> list[str]:
    """Everything a technician may see of a card."""
    lines = [f"{card}: ATR {card.atr.hex(' ').upper() or 'none'}, T={card.protocol}"]
    for each in card.state.applications:
        of, kept = each.data, card.memory.of(each.data.aid)
        lines += [
            f"{of.aid} {of.label}, priority {of.priority}{', blocked' if kept.blocked else ''}",
            f"  PAN {_masked(of.pan)} sequence {of.psn}, effective {of.effective}, to {of.expiry}",
            f"  AIP {of.aip}, PDOL {of.pdol or 'none'}, CVM list {of.cvm_list}",
            f"  ATC {kept.atc}, last online {kept.last_online_atc}",
        ]
        lines += [
            f"  SFI {sfi} record {number}: {len(record)} bytes"
            for (sfi, number), record in sorted(each.files.items())
        ]
    return lines


def _spoken(card: ChipCard, options: argparse.Namespace) -> list[str]:
    speaker: SmartCard = ContactlessFace(card.state) if options.contactless else card
    speaker.reset()
    lines: list[str] = []
    for command in options.commands:
        answer = speaker.transmit(command)
        lines += [f"> {command.hex().upper()}", f"< {answer.hex().upper() or '(silence)'}"]
        lines += _tree(answer[:-STATUS_BYTES], "    ")
    return lines + [f"! {violation}" for violation in card.violations]


def _tree(data: bytes, indent: str) -> list[str]:
    """The objects of an answer, one a line; nothing for what is no TLV."""
    try:
        objects = list(parse(data))
    except BadTlv as why:
        return [f"{indent}({why})"]
    lines: list[str] = []
    for tag, value in objects:
        nested = int(tag[:2], 16) & CONSTRUCTED
        lines.append(f"{indent}{tag}{'' if nested else ' ' + value.hex().upper()}")
        lines += _tree(value, indent + "  ") if nested else []
    return lines


def _masked(pan: str) -> str:
    return pan[:6] + "*" * (len(pan) - 10) + pan[-4:]


if __name__ == "__main__":
    sys.exit(main())
