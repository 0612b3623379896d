"""The bench panel: who stands at the counter, what they see, and what may go wrong, a digit each.

It speaks to the simulated devices and the bank through their control sockets only, and to the
station not at all: it can cut its power.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import termios
import time
import tty
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wcwidth import wcswidth

from tests.bench.processes import STATION_PID, converse, device
from tests.bench.site import OPERATOR, OPERATOR_PIN, SECOND, SECOND_PIN, BenchFault

REFRESH_S = 0.5
SAID_S = 6.0  # later it would be taken for how things stand
CLEAR = "\x1b[H\x1b[2J"


@dataclass
class Panel:
    """What the panel knows. said is the answer to the last key."""

    root: Path
    people: list[dict[str, Any]]
    at: int = 0
    said: str = ""
    said_at: float = 0.0  # monotonic s

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
    return "下次输错密码 the next PIN is wrong"


def lose_reply(panel: Panel) -> str:
    panel.bank(op="fault", name="drop_after", times=1)
    return "下个答复会丢 the next reply is lost"


def line_down(panel: Panel) -> str:
    panel.bank(op="fault", name="drop_before", times=3)
    return "后三个请求会丢 3 requests are lost"


def paper(panel: Panel) -> str:
    """Plenty, near its end, out, and a new roll."""
    state = json.loads(panel.device("printer", "status"))["paper"]
    panel.device("printer", f"paper {PAPER_AFTER[state][0]}")
    return PAPER_AFTER[state][1]


def pin_pad_cable(panel: Panel) -> str:
    gone = pulled_or_plugged(panel, "pinpad")
    return "密码键盘的线拔了 PIN pad unplugged" if gone else "密码键盘接好了 PIN pad plugged in"


def printer_cable(panel: Panel) -> str:
    gone = pulled_or_plugged(panel, "printer")
    return "打印机的线拔了 printer unplugged" if gone else "打印机接好了 printer plugged in"


def pulled_or_plugged(panel: Panel, name: str) -> bool:
    """Whether it is gone now."""
    there = (panel.root / "dev" / name).exists()
    panel.device(name, "pull" if there else "plug")
    return there


def power_cut(panel: Panel) -> str:
    """The engine gets no moment to tidy up; the bench starts it again, as systemd does."""
    os.kill(int((panel.root / STATION_PID).read_text("ascii")), signal.SIGKILL)
    return "断电，重启中 power cut, restarting"


PAPER_AFTER = {
    "in": ("low", "打印纸快用完了 paper near its end"),
    "low": ("out", "打印纸用完了 paper out"),
    "out": ("in", "换了新纸 new roll"),
}
KEYS: Mapping[str, tuple[str, Callable[[Panel], str]]] = {
    "1": ("换客户 next villager", next_villager),
    "2": ("输错密码 wrong PIN", wrong_pin),
    "3": ("丢一次答复 lose a reply", lose_reply),
    "4": ("线路断 line down", line_down),
    "5": ("快没纸/没纸/换纸 paper", paper),
    "6": ("键盘线 PIN pad cable", pin_pad_cable),
    "7": ("打印机线 printer cable", printer_cable),
    "8": ("断电 power cut", power_cut),
}
KEYS_IN_A_ROW, KEY_COLUMNS = 3, 27  # where the panel lies below an 80 column screen


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
            panel.said, panel.said_at = KEYS[key][1](panel), time.monotonic()


def _draw(panel: Panel) -> None:
    person, size = panel.person, os.get_terminal_size()
    operator = f"操作员 operator {OPERATOR}  密码 PIN {OPERATOR_PIN}"
    relief = f"接班 relief {SECOND}  密码 PIN {SECOND_PIN}"
    villager = f"客户 {person['name']}  {_card(person)}"
    number = f"身份证 ID {person['id_number']}"
    pad = [line for line in panel.device("pinpad", "display").splitlines() if line.strip()]
    keys = [f"{key} {label}" for key, (label, _) in KEYS.items()]
    if size.lines < 14:
        people = f"操作员 {OPERATOR} PIN {OPERATOR_PIN}  接班 relief {SECOND} PIN {SECOND_PIN}"
        shows = f"键盘 pad: {' / '.join(pad)}"
        lines = [f"{people}  客户 {person['name']}"]
        lines += [f"{number}  {_card(person)}  {shows}", *_key_rows(keys)]
    else:
        lines = ["演练台 bench", "", operator, relief, "", villager, number, ""]
        lines += ["密码键盘显示 PIN pad shows", *(f"  {line}" for line in pad), "", *keys, ""]
        lines += _last_slip(panel, size.lines - len(lines) - 2)
    said = panel.said if time.monotonic() - panel.said_at < SAID_S else ""
    shown = [_cut(line, size.columns - 1) for line in [*lines, said][: size.lines]]
    sys.stdout.write(CLEAR + "\r\n".join(shown))
    sys.stdout.flush()


def _key_rows(keys: list[str]) -> list[str]:
    starts = range(0, len(keys), KEYS_IN_A_ROW)
    rows = (keys[start : start + KEYS_IN_A_ROW] for start in starts)
    return ["".join(_padded(key, KEY_COLUMNS) for key in row) for row in rows]


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
