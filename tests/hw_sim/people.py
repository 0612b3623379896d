"""The invented population: villagers with cards, PINs and years paid, all from one seed.

Nobody here exists: names are common surnames and given names put together by chance, the BINs
belong to no bank of this county but the sandbox's own, telephone numbers are 1380000xxxx.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀兰英华平刚桂玉春梅建国红"
REGION = "110101"  # the vectors' own; the rest of the number is drawn
PHONE_PREFIX = "1380000"
CARD_EXPIRY = "3012"
STRIPE_SERVICE_CODE = "120"  # domestic, stripe only
CHIP_SERVICE_CODE = "220"
OTHER_BANK_BIN = "621234"
PAN_DIGITS = 19
TRACK2_MAX = 37
CHECK_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643, mod 11-2
CHECK_DIGITS = "10X98765432"

HOUSEHOLD_MAX = 4
NEARLY_EMPTY_FEN = 350  # below the smallest withdrawal
BALANCES_FEN = (200_000, 5_000_000)
YEAR_FEN = (10_000, 10_000, 20_000, 5_000)  # 5,000: a part payment, arrears stay open
AGES = (22, 55)
PENSIONER_AGE = 66

# Who is special, by position; the rest is ordinary.
CHIP_CARD, PENSIONER, POOR, OTHER_BANK = 1, 2, 3, 4
COUNT_MIN = 6


def make_people(
    seed: int,
    count: int,
    townships: Sequence[str],
    own_bins: Sequence[str],
    *,
    this_year: int = 2026,
) -> dict[str, Any]:
    """The population as people.json holds it; the same seed gives the same people."""
    assert count >= COUNT_MIN, "too few for one of each kind"
    chance = random.Random(seed)
    villagers = [
        _villager(chance, position, townships, own_bins, this_year) for position in range(count)
    ]
    _found_households(chance, villagers)
    return {"seed": seed, "villagers": villagers}


def identity_number(birth: str, order: int) -> str:
    """Eighteen characters with a valid check digit; `birth` is YYYYMMDD."""
    body = f"{REGION}{birth}{order:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, CHECK_WEIGHTS, strict=True))
    return body + CHECK_DIGITS[total % 11]


def luhn_digit(body: str) -> str:
    """The digit that makes `body` + digit pass the Luhn check."""
    doubled = [int(digit) * (2 - at % 2) for at, digit in enumerate(reversed(body))]
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def _villager(
    chance: random.Random,
    position: int,
    townships: Sequence[str],
    own_bins: Sequence[str],
    this_year: int,
) -> dict[str, Any]:
    old = position == PENSIONER
    born = this_year - (PENSIONER_AGE if old else chance.randint(*AGES))
    birth = f"{born}{chance.randint(1, 12):02d}{chance.randint(1, 28):02d}"
    card_bin = OTHER_BANK_BIN if position == OTHER_BANK else chance.choice(own_bins)
    name = chance.choice(SURNAMES) + "".join(chance.sample(GIVEN, chance.randint(1, 2)))
    return {
        "key": f"v{position + 1:02d}",
        "name": name,
        "id_number": identity_number(birth, position + 1),
        "township": chance.choice(townships),
        "status": "R" if old else "A",
        "phone": f"{PHONE_PREFIX}{position + 1:04d}",
        "card": _card(chance, card_bin, position),
        "pin": f"{chance.randrange(10**6):06d}",
        "balance_fen": NEARLY_EMPTY_FEN if position == POOR else _balance_fen(chance),
        "paid": {str(this_year - ago): chance.choice(YEAR_FEN) for ago in (3, 2)}
        | ({str(this_year - 1): chance.choice(YEAR_FEN)} if chance.random() < 0.5 else {}),
        "household": [],
    }


def _card(chance: random.Random, card_bin: str, position: int) -> dict[str, Any]:
    # the position keeps two villagers from drawing the same number
    drawn = PAN_DIGITS - 1 - len(card_bin) - 4
    body = f"{card_bin}{chance.randrange(10**drawn):0{drawn}d}{position + 1:04d}"
    pan = body + luhn_digit(body)
    service_code = CHIP_SERVICE_CODE if position == CHIP_CARD else STRIPE_SERVICE_CODE
    head = f"{pan}={CARD_EXPIRY}{service_code}"
    room = TRACK2_MAX - len(head)
    return {
        "pan": pan,
        "expiry": CARD_EXPIRY,
        "service_code": service_code,
        "track1": None,
        "track2": head + f"{chance.randrange(10**room):0{room}d}",
        "track3": None,
    }


def _balance_fen(chance: random.Random) -> int:
    return chance.randint(*BALANCES_FEN)


def _found_households(chance: random.Random, villagers: list[dict[str, Any]]) -> None:
    """Neighbours in the list live together: one township, each naming the others."""
    at = 0
    while at < len(villagers):
        home = villagers[at : at + chance.randint(1, HOUSEHOLD_MAX)]
        for villager in home:
            villager["township"] = home[0]["township"]
            villager["household"] = [other["key"] for other in home if other is not villager]
        at += len(home)
