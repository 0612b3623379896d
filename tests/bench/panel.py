"""The bench panel: who stands at the counter, what they see, and what may go wrong, a digit each.

It speaks to the simulated devices and the bank through their control sockets only.
"""

from __future__ import annotations

import json
import os
import select
import sys
import termios
import tty
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wcwidth import wcswidth

from tests.bench.processes import converse, device
from tests.bench.site import OPERATOR, OPERATOR_PIN, SECOND, SECOND_PIN, BenchFault

REFRESH_S = 0.5
CLEAR = "\x1b[H\x1b[2J"


@dataclass
class Panel:
    """What the panel knows. said is the answer to the last key."""

    root: Path
    people: list[dict[str, Any]]
    at: int = 0
    said: str = ""

    @property
    def person(self) -> dict[str, Any]:
        return self.people[self.at]

    def device(self, name: str, command: str) -> str:
        return device(self.root / "dev", name, command)

    def bank(self, **op: Any) -> dict[str, Any]:
        return dict(json.loads(converse(self.root / "bank" / "control.sock", json.dumps(op))))


def next_villager(panel: Panel) -> str:
    panel.at = (panel.at + 1) % len(panel.people)
    panel.device("reader", f"auto {panel.person['key']}")
    return f"柜台前 at the counter: {panel.person['name']}"


def wrong_pin(panel: Panel) -> str:
    panel.device("pinpad", f"villager {panel.person['key']} pin-wrong 1")
    return "下一次输错密码 the next PIN will be wrong"


def lose_reply(panel: Panel) -> str:
    panel.bank(op="fault", name="drop_after", times=1)
    return "银行下一个答复会丢失 the next reply is lost"


def line_down(panel: Panel) -> str:
    panel.bank(op="fault", name="drop_before", times=3)
    return "后三个请求到不了银行 three requests are lost"


def paper(panel: Panel) -> str:
    """Plenty, near its end, out, and a new roll."""
    state = json.loads(panel.device("printer", "status"))["paper"]
    panel.device("printer", f"paper {PAPER_AFTER[state][0]}")
    return PAPER_AFTER[state][1]


def cable(panel: Panel) -> str:
    gone = not (panel.root / "dev" / "pinpad").exists()
    panel.device("pinpad", "plug" if gone else "pull")
    return "密码键盘接好了 PIN pad plugged in" if gone else "密码键盘的线拔了 PIN pad unplugged"


PAPER_AFTER = {
    "in": ("low", "打印纸快用完了 paper near its end"),
    "low": ("out", "打印纸用完了 paper out"),
    "out": ("in", "换了新纸 new roll"),
}
KEYS: Mapping[str, tuple[str, Callable[[Panel], str]]] = {
    "1": ("换一位客户 next villager", next_villager),
    "2": ("客户输错密码 wrong PIN", wrong_pin),
    "3": ("答复丢失一次 lose a reply", lose_reply),
    "4": ("线路断一会儿 line down", line_down),
    "5": ("快没纸/没纸/换纸 paper", paper),
    "6": ("拔插密码键盘 PIN pad cable", cable),
}


def main() -> int:
    root, first = Path(sys.argv[1]), sys.argv[2]
    people = json.loads((root / "people.json").read_text("utf-8"))["villagers"]
    panel = Panel(root, people, at=[person["key"] for person in people].index(first))
    stdin = sys.stdin.fileno()
    before = termios.tcgetattr(stdin)
    tty.setcbreak(stdin)
    try:
        while True:
            _draw(panel)
            if select.select([stdin], [], [], REFRESH_S)[0]:
                _press(panel, os.read(stdin, 16).decode("ascii", "replace"))
    except (BenchFault, OSError, KeyboardInterrupt):
        return 0  # the bench has ended
    finally:
        termios.tcsetattr(stdin, termios.TCSADRAIN, before)


def _press(panel: Panel, keys: str) -> None:
    for key in keys:
        if key in KEYS:
            panel.said = KEYS[key][1](panel)


def _draw(panel: Panel) -> None:
    person, size = panel.person, os.get_terminal_size()
    operator = f"操作员 operator {OPERATOR}  密码 PIN {OPERATOR_PIN}"
    relief = f"接班 relief {SECOND}  密码 PIN {SECOND_PIN}"
    villager = f"客户 {person['name']}  {_card(person)}"
    number = f"身份证 ID {person['id_number']}"
    pad = [line for line in panel.device("pinpad", "display").splitlines() if line.strip()]
    keys = [f"{key} {label}" for key, (label, _) in KEYS.items()]
    if size.lines < 14:
        pairs = [f"{_padded(one, 32)}{two}" for one, two in zip(keys[::2], keys[1::2], strict=True)]
        shows = f"键盘 pad: {' / '.join(pad)}"
        lines = [f"{operator}   {villager}", f"{number}   {shows}", *pairs]
    else:
        lines = ["演练台 bench", "", operator, relief, "", villager, number, ""]
        lines += ["密码键盘显示 PIN pad shows", *(f"  {line}" for line in pad), "", *keys, ""]
        lines += _last_slip(panel, size.lines - len(lines) - 2)
    shown = [_cut(line, size.columns - 1) for line in [*lines, panel.said][: size.lines]]
    sys.stdout.write(CLEAR + "\r\n".join(shown))
    sys.stdout.flush()


def _card(person: dict[str, Any]) -> str:
    kind = "芯片卡 chip" if person["card"]["service_code"][0] in "26" else "磁条卡 stripe"
    return f"{kind} …{person['card']['pan'][-4:]}"


def _padded(text: str, columns: int) -> str:
    return text + " " * (columns - wcswidth(text))


def _cut(line: str, columns: int) -> str:
    """As much of a line as fits: wide characters take two columns."""
    while wcswidth(line) > columns:
        line = line[:-1]
    return line


def _last_slip(panel: Panel, rows: int) -> list[str]:
    """As much of the newest slip as there is room for."""
    slips = sorted((panel.root / "dev" / "slips").glob("*.txt"))
    if not slips or rows < 4:
        return []
    lines = slips[-1].read_text("utf-8").splitlines()
    return ["最近一张小票 last slip", *(line for line in lines if not line.startswith("[QR"))][
        :rows
    ]


if __name__ == "__main__":
    sys.exit(main())
