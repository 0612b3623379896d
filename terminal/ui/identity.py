"""An identity number while it is keyed: the rule of GB 11643, said in time. The engine judges
again.
"""

from __future__ import annotations

from datetime import date

GROUPS = (6, 8, 4)  # district, date of birth, order and check digit: how people read it aloud
LENGTH = sum(GROUPS)
X_KEYS = "Xx*."


def identity_problem(number: str) -> str:
    """The rule of sentences.INPUT that `number` breaks; empty when it breaks none."""
    if len(number) != LENGTH:
        return "id_length"
    if "X" in number[:-1]:
        return "id_check"
    from stdnum.cn.ric import calc_check_digit  # late: the first frame needs no number

    if calc_check_digit(number) != number[-1]:
        return "id_check"
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return "id_date"
    return ""


def grouped(number: str) -> str:
    """`number` in groups, with a mark where the next digit goes."""
    shown = number if len(number) == LENGTH else number + "_"
    groups: list[str] = []
    for size in GROUPS:
        groups.append(shown[:size])
        shown = shown[size:]
    return " ".join(group for group in groups if group)
