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
from tests.bench.site import OPERATOR, OPERATOR_PIN, BenchFault

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
    return f"柜台前：{panel.person['name']}"


def wrong_pin(panel: Panel) -> str:
    panel.device("pinpad", f"villager {panel.person['key']} pin-wrong")
    return "客户下一次会输错密码"


def lose_reply(panel: Panel) -> str:
    panel.bank(op="fault", name="drop_after", times=1)
    return "银行下一个答复会丢失"


def line_down(panel: Panel) -> str:
    panel.bank(op="fault", name="drop_before", times=3)
    return "后三个请求到不了银行"


def paper(panel: Panel) -> str:
    state = "in" if "out" in panel.device("printer", "status") else "out"
    panel.device("printer", f"paper {state}")
    return "打印纸用完了" if state == "out" else "换了新纸"


def cable(panel: Panel) -> str:
    gone = not (panel.root / "dev" / "pinpad").exists()
    panel.device("pinpad", "plug" if gone else "pull")
    return "密码键盘接好了" if gone else "密码键盘的线拔了"


KEYS: Mapping[str, tuple[str, Callable[[Panel], str]]] = {
    "1": ("换一位客户", next_villager),
    "2": ("客户输错密码", wrong_pin),
    "3": ("答复丢失一次", lose_reply),
    "4": ("线路断一会儿", line_down),
    "5": ("没纸／换纸", paper),
    "6": ("拔／插密码键盘", cable),
}


def main() -> int:
    root = Path(sys.argv[1])
    people = json.loads((root / "people.json").read_text("utf-8"))["villagers"]
    panel = Panel(root, people)
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
    person = panel.person
    size = os.get_terminal_size()
    about = [
        f"操作员 {OPERATOR}  密码 {OPERATOR_PIN}",
        f"客户 {person['name']}  卡尾 {person['card']['pan'][-4:]}",
        f"身份证 {person['id_number']}",
    ]
    pad = [line for line in panel.device("pinpad", "display").splitlines() if line.strip()]
    keys = [f"{key} {label}" for key, (label, _) in KEYS.items()]
    if size.lines < 14:
        pairs = ["   ".join(keys[at : at + 3]) for at in range(0, len(keys), 3)]
        lines = [about[0] + "   " + about[1], about[2], f"键盘显示 {' / '.join(pad)}", *pairs]
    else:
        lines = ["演练台", "", *about, "", "密码键盘显示", *(f"  {line}" for line in pad), ""]
        lines += [*keys, "", *_last_slip(panel, size.lines - len(lines) - len(keys) - 4)]
    shown = [_cut(line, size.columns - 1) for line in [*lines, panel.said][: size.lines]]
    sys.stdout.write(CLEAR + "\r\n".join(shown))
    sys.stdout.flush()


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
    return ["最近一张小票", *(line for line in lines if not line.startswith("[QR"))][:rows]


if __name__ == "__main__":
    sys.exit(main())
