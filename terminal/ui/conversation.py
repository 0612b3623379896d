"""What a key, a message or a second changes: pure, the same behind both faces.

One command goes out for one view. A second press, or one on a page that has just changed, does
nothing here, and the engine drops it too (design, decision 1).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from terminal.feed.client import Lost
from terminal.feed.views import (
    Act,
    Challenge,
    Command,
    FromEngine,
    FromScreen,
    Question,
    Reprint,
    Today,
    View,
)
from terminal.ui.identity import X_KEYS
from terminal.ui.pages import sheet_of
from terminal.ui.sheet import BACKSPACE, Ask, Become, Input, Move, PrintAgain, Send, Takes
from terminal.ui.state import NOTHING, Keyed, UiState, Where

ANSWER_WAIT_MS = 2000  # the engine answers a command with a view; after this the key works again


PROVED_ON = frozenset({Where.OPERATOR_PIN, Where.TECHNICIAN_PIN})


@dataclass(frozen=True, slots=True)
class Prove:
    """Work for another thread: the proof of the PIN that was keyed."""

    challenge: Challenge
    pin: Keyed


@dataclass(frozen=True, slots=True)
class Talk:
    """The last view and what the screen adds to it."""

    view: View | None = None
    state: UiState = field(default_factory=UiState)


Order = FromScreen | Prove | None
Turn = tuple[Talk, Order]


def press(talk: Talk, key: str) -> Turn:
    """One key: a digit, a character or a name of `sheet`. A dead key changes nothing."""
    sheet = sheet_of(talk.view, talk.state)
    move = sheet.move(key)
    if move is not None:
        return _do(talk, move)
    typed = _typed(talk.state.typed, sheet.input, key)
    if typed is None:
        return talk, None
    return replace(talk, state=replace(talk.state, typed=typed, problem="")), None


def hear(talk: Talk, got: FromEngine | Lost) -> Turn:
    """A message of the engine, or that it is gone."""
    state = talk.state
    match got:
        case View():
            return Talk(got, _after_view(talk, got)), None
        case Lost():
            return replace(talk, state=_fresh(state, connected=False)), None
        case Today(items=items) if got.number == state.asked and state.where is Where.TODAY:
            return replace(talk, state=replace(state, today=items, awaiting=False)), None
        case Challenge() if got.number == state.asked and state.where in PROVED_ON:
            # the PIN leaves the state with the order
            keyed = replace(state, typed=NOTHING, awaiting=False)
            return replace(talk, state=keyed), Prove(got, state.typed)
    return talk, None


def proved(talk: Talk, prove: Prove, proof: str) -> Turn:
    """The proof is ready; nothing goes out when the page has changed or another PIN was keyed."""
    asked, state = prove.challenge, talk.state
    if not (state.connected and state.where in PROVED_ON) or asked.number != state.asked:
        return talk, None
    proven = f"{asked.operator} {asked.nonce} {proof}"
    if state.where is Where.OPERATOR_PIN:
        return _do(talk, Send(Act.SIGN_ON, proven))
    return _do(talk, Send(Act.CLOSE_EXCEPTION, f"{state.tx} {state.reference} {proven}"))


def older(talk: Talk, age_ms: int) -> Talk:
    """The view is `age_ms` old now. What got no answer in time may be pressed again."""
    state = replace(talk.state, age_ms=age_ms)
    if state.awaiting and age_ms - state.awaiting_since_ms > ANSWER_WAIT_MS:
        state = replace(state, awaiting=False)
    return replace(talk, state=state)


def _do(talk: Talk, move: Move) -> Turn:
    if isinstance(move, Become):
        return replace(talk, state=move.state), None
    if talk.view is None or talk.state.awaiting:
        return talk, None
    state = move.then if isinstance(move, Ask) else talk.state
    state = replace(state, awaiting=True, awaiting_since_ms=talk.state.age_ms)
    serial = talk.view.serial
    match move:
        case Ask(about=about, value=value):
            state = replace(state, asked=state.asked + 1)
            asked = Question(state.asked, about, value, state.language)
            return replace(talk, state=state), asked
        case PrintAgain(tx=tx):
            return replace(talk, state=state), Reprint(serial, tx)
        case Send(act=act, value=value):
            return replace(talk, state=state), Command(serial, act, value)


def _after_view(talk: Talk, view: View) -> UiState:
    """What survives a new view: everything while the same question stands, else only the look."""
    before, state = talk.view, talk.state
    same_page = state.connected and before is not None and before.page is view.page
    if not same_page:
        return _fresh(state, connected=True)
    if before is not None and before.serial == view.serial:
        return replace(state, age_ms=0, awaiting_since_ms=0)
    refused = bool(view.note) or bool(view.deal and view.deal.reason)
    if state.awaiting and refused:
        return _fresh(state, connected=True)
    return replace(state, age_ms=0, awaiting=False)


def _fresh(state: UiState, *, connected: bool) -> UiState:
    return UiState(state.language, state.theme, connected=connected, asked=state.asked)


def _typed(typed: Keyed, wanted: Input, key: str) -> Keyed | None:
    """What has been keyed after `key`; None when it is none of this page's characters."""
    if wanted.takes is Takes.NOTHING:
        return None
    if key == BACKSPACE:
        return Keyed(typed.reveal()[:-1])
    if len(key) != 1 or key not in wanted.takes.value or len(typed) >= wanted.length_max:
        return None
    return Keyed(typed.reveal() + ("X" if key in X_KEYS else key))
