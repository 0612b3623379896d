"""The UIC PP791 PIN pad (pinpad-uic.md sections 3 to 7 and 11).

The clear PIN stays inside: the host gets the encrypted block, the bench sees stars on the display.
Selecting a key (08) holds until the next 72, as section 7 draws it.
"""

from collections import deque
from collections.abc import Callable
from enum import Enum

from tests.hw_sim import pin_pad_requests as requests
from tests.hw_sim.faults import SHAPES, Faults
from tests.hw_sim.loop import Loop, Timer
from tests.hw_sim.pin_pad_frames import Frame, Kind
from tests.hw_sim.pin_pad_keys import (
    SELECTABLE,
    SLOTS,
    EntryError,
    LoadError,
    MasterKey,
    encrypted_block,
    parse_load,
    session_key,
)
from tests.hw_sim.pin_pad_link import PinPadLink

FAULTS = (*SHAPES, "nak", "ack_lost", "eot", "wrong_echo")
IDLE_DISPLAY = ("WELCOME", "")
THROTTLE_WINDOW_S = 3600  # section 6, code 7: "in 60 min"; the number allowed is not in the sheet
PIN_BLOCKS_MAX = 120
SERIAL_NUMBER = "SIM0000001"
PROMPT_LINES_MAX = 7
PROMPT_CHARS_MAX = 64
CANCEL = "72"
BAUDS, FORMATS = "12345678", "123"


class State(Enum):
    IDLE = "idle"
    KEY_SELECTED = "key selected"
    ENTERING = "entering"
    DONE = "done"


class PinPadUic:
    """The pad: frames from the host, keys from the person, display for both to see."""

    def __init__(self, send: Callable[[bytes], None], loop: Loop, faults: Faults) -> None:
        self.state = State.IDLE
        self.keys: dict[str, MasterKey] = {}
        self.display: tuple[str, ...] = IDLE_DISPLAY
        self.beeps = 0
        self.violations: list[str] = []
        self.health = "0"  # message 16: 0, or digits of what failed
        self.loading_allowed = True  # the two-person authentication of message 02
        self.blocks_max = PIN_BLOCKS_MAX
        self.powered = True
        self.on_pin_asked: Callable[[], None] = lambda: None
        self._loop = loop
        self._faults = faults
        self._link = PinPadLink(send, loop, faults)
        self._link.on_frame = self._obey
        self._serial_number = SERIAL_NUMBER
        self._selected: str | None = None
        self._pin_prompt: str | None = None
        self._request: requests.PinRequest | None = None
        self._last_request: Frame | None = None
        self._digits = ""
        self._entry_end: Timer | None = None
        self._block_times_s: deque[float] = deque()

    def receive(self, data: bytes) -> None:
        if self.powered:
            self._link.receive(data)

    def pulled(self) -> None:
        """The pad keeps its state: it may still ask for the PIN (section 8)."""
        self._link.reset()

    def power_off(self) -> None:
        self.powered = False
        self._link.reset()
        self._end_entry(State.IDLE)
        self.display = ("", "")

    def power_on(self) -> None:
        """Comes back idle: keys are kept, the key selection is lost (section 11)."""
        self.powered = True
        self.display = IDLE_DISPLAY

    def type_digits(self, digits: str) -> None:
        for digit in digits:
            self._press_digit(digit)

    def press_enter(self) -> None:
        if self._request is None:
            return
        null_pin = self._request.null_allowed and not self._digits
        if not null_pin and len(self._digits) < self._request.digits_min:
            self.beeps += 1
            return
        self._send_block(self._request)

    def press_clear(self) -> None:
        if self.state is State.ENTERING:
            self._digits = ""
            self._show_entry()
        elif self.state is State.DONE:
            self._end_entry(State.IDLE)

    def press_cancel(self) -> None:
        if self.state is State.ENTERING:
            self._end_entry(State.DONE)
            self._link.eot()

    def _press_digit(self, digit: str) -> None:
        if self._request is None:
            return
        if len(self._digits) == self._request.digits_max:
            self.beeps += 1
            return
        self._digits += digit
        self._show_entry()

    def _obey(self, frame: Frame) -> None:
        for (kind, name), run in MESSAGES.items():
            if frame.kind is kind and frame.text.startswith(name):
                self._run(frame, name, run)
                return
        self.violations.append(f"unknown message {frame.text[:3]!r}")
        self._refuse()

    def _run(self, frame: Frame, name: str, run: "Run") -> None:
        if name == CANCEL:
            run(self, "")
        elif self.state is State.ENTERING:
            self._during_entry(frame, name)
        elif self.state is State.DONE:
            # Section 4, row 71: until [CLEAR] or 72 the pad refuses other messages.
            self.violations.append(f"message {name} before 72")
            self._refuse()
        else:
            self._last_request = frame
            run(self, frame.text[len(name) :])

    def _during_entry(self, frame: Frame, name: str) -> None:
        """Section 7: in ENTERING only 72 is honoured; a repeat after a lost ACK is just ACKed."""
        if frame == self._last_request:
            self._link.ack()
        else:
            self.violations.append(f"message {name} during PIN entry")

    def _refuse(self) -> None:
        self._link.ack()
        self._link.eot()

    def _cancel(self, _: str) -> None:
        entering = self.state is State.ENTERING
        self._end_entry(State.IDLE)
        if entering:
            self._link.eot()
        else:
            self._link.ack()

    def _admin_answer(self, text: str, on_ack: Callable[[], None] = lambda: None) -> None:
        def finish() -> None:
            on_ack()
            self._link.eot()

        self._link.ack()
        self._link.answer(Frame(Kind.ADMIN, text), finish)

    def _load_key(self, text: str) -> None:
        try:
            slot, key = parse_load(text)
            if not self.loading_allowed:
                raise LoadError("")
            if any(held.key == key.key for at, held in self.keys.items() if at != slot):
                raise LoadError("2")
        except LoadError as why:
            if why.code:
                self._admin_answer(f"02?{why.code}")
            else:
                self._refuse()
            return
        echo = "02" + text
        if self._faults.take("wrong_echo"):
            echo = echo[:-1] + ("0" if echo[-1] != "0" else "1")
        self._admin_answer(echo, lambda: self.keys.update({slot: key}))

    def _query_key(self, text: str) -> None:
        slot = text[:1]
        if not slot or slot not in SLOTS:
            self._refuse()
        elif slot not in self.keys:
            self._admin_answer("040")
        elif text[1:] == "1":
            self._admin_answer(f"04F{self.keys[slot].usage.value}\x1cN\x1cT")
        else:
            self._admin_answer("04F")

    def _load_serial_number(self, text: str) -> None:
        def store() -> None:
            self._serial_number = text

        self._admin_answer("05" + text, store)

    def _read_serial_number(self, _: str) -> None:
        self._admin_answer("06" + self._serial_number)

    def _select_key(self, text: str) -> None:
        if len(text) != 1 or text not in SELECTABLE:
            self._admin_answer("081")
            return
        self._selected = text
        self.state = State.KEY_SELECTED
        self._admin_answer("080")

    def _set_line(self, text: str) -> None:
        known = text[:1] in BAUDS and text[1:] in ("", *FORMATS) and text != ""
        self._admin_answer("130" if known else "131")

    def _self_test(self, _: str) -> None:
        self._admin_answer("16" + self.health)

    def _capability(self, _: str) -> None:
        self._admin_answer("1C0")

    def _prompt(self, text: str) -> None:
        """Z2: text of one's own is only ACKed; a fixed prompt is also answered (section 4)."""
        if text[:1] in ("\x1d", "\x1e"):
            self._fixed_prompt(text)
            return
        shown = text.removeprefix("\x1a")
        if not 1 <= len(shown) <= PROMPT_CHARS_MAX:
            self._refuse()
            return
        self.display = (shown, "")
        self._pin_prompt = None
        self._link.ack()

    def _fixed_prompt(self, text: str) -> None:
        prompt = requests.FIXED_PROMPTS.get(text[1:].removesuffix("\x1a"))
        if prompt is not None:
            self.display = (prompt, "")
            self._pin_prompt = prompt if text[0] == "\x1e" else None
        status = "0" if prompt is not None else "1"
        self._link.ack()
        self._link.answer(Frame(Kind.TRANSACTION, "Z2" + status), self._link.eot)

    def _prompts(self, text: str) -> None:
        lines = text[1:].removeprefix("\x1a").split(requests.FS)
        if not text[:1].isdecimal() or int(text[0]) != len(lines) or len(lines) > PROMPT_LINES_MAX:
            self._refuse()
            return
        self.display = tuple(lines)
        self._pin_prompt = None
        self._link.ack()

    def _ask_70(self, text: str) -> None:
        self._ask(lambda: requests.parse_70(text))

    def _ask_z60(self, text: str) -> None:
        def parse() -> requests.PinRequest:
            if self._pin_prompt is None:
                raise requests.Refused
            return requests.parse_z60(text, self._pin_prompt)

        self._ask(parse)

    def _ask_z62(self, text: str) -> None:
        self._ask(lambda: requests.parse_z62(text))

    def _ask(self, parse: Callable[[], requests.PinRequest]) -> None:
        self._link.ack()
        if self._selected is None or self._faults.take("eot"):
            self._link.eot()  # section 7: a PIN entry without 08 is refused
            return
        try:
            self._start_entry(parse())
        except requests.Refused:
            self._link.eot()
        except EntryError as why:
            self._link.answer(Frame(Kind.TRANSACTION, "71" + why.code))

    def _start_entry(self, request: requests.PinRequest) -> None:
        session_key(self._master(), request.session_key_sent)
        self._check_throttle()
        self._request = request
        self._digits = ""
        self.state = State.ENTERING
        self._entry_end = self._loop.after(request.timeout_s, self.press_cancel)
        self._show_entry()
        self.on_pin_asked()

    def _master(self) -> MasterKey:
        if self._selected not in self.keys:
            raise EntryError("9")
        return self.keys[self._selected]

    def _check_throttle(self) -> None:
        window_start_s = self._loop.clock() - THROTTLE_WINDOW_S
        while self._block_times_s and self._block_times_s[0] <= window_start_s:
            self._block_times_s.popleft()
        if len(self._block_times_s) >= self.blocks_max:
            raise EntryError("7")

    def _send_block(self, request: requests.PinRequest) -> None:
        key = session_key(self._master(), request.session_key_sent)
        block = encrypted_block(key, self._digits, request.account)
        length = len(self._digits)
        self._block_times_s.append(self._loop.clock())
        self._end_entry(State.DONE)
        self.display = (request.processing, "")
        self._link.answer(Frame(Kind.TRANSACTION, f"71.0{length:02d}01{block}"))

    def _end_entry(self, state: State) -> None:
        if self._entry_end is not None:
            self._entry_end.cancel()
        self._request = None
        self._pin_prompt = None
        self._digits = ""
        self.state = state
        self.display = IDLE_DISPLAY
        if state is State.IDLE:
            self._selected = None

    def _show_entry(self) -> None:
        assert self._request is not None
        stars = "*" * len(self._digits)
        top, bottom = self._request.prompts
        self.display = (top, f"{bottom} {stars}".strip())


Run = Callable[[PinPadUic, str], None]

# Section 4, in its order; an id that begins another one stands after it.
MESSAGES: dict[tuple[Kind, str], Run] = {
    (Kind.ADMIN, "02"): PinPadUic._load_key,
    (Kind.ADMIN, "04"): PinPadUic._query_key,
    (Kind.ADMIN, "05"): PinPadUic._load_serial_number,
    (Kind.ADMIN, "06"): PinPadUic._read_serial_number,
    (Kind.ADMIN, "08"): PinPadUic._select_key,
    (Kind.ADMIN, "13"): PinPadUic._set_line,
    (Kind.ADMIN, "16"): PinPadUic._self_test,
    (Kind.ADMIN, "1C"): PinPadUic._capability,
    (Kind.TRANSACTION, "70"): PinPadUic._ask_70,
    (Kind.TRANSACTION, CANCEL): PinPadUic._cancel,
    (Kind.TRANSACTION, "Z60"): PinPadUic._ask_z60,
    (Kind.TRANSACTION, "Z62"): PinPadUic._ask_z62,
    (Kind.TRANSACTION, "Z2"): PinPadUic._prompt,
    (Kind.TRANSACTION, "Z3"): PinPadUic._prompts,
}
