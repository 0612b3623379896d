"""The bank's front: a signed POST in, a signed and bound answer out (county-wire.md)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from tests.hw_sim.bank import checkpoint, http_signatures, statement
from tests.hw_sim.bank.admission import (
    ECHO_PATH,
    EXCHANGE_PATH,
    Verified,
    refusal,
    takes_any_clock,
)
from tests.hw_sim.bank.authority import Authority
from tests.hw_sim.bank.faults import Fault
from tests.hw_sim.bank.host import handle
from tests.hw_sim.bank.http_signatures import BadSignature, HttpAnswer, HttpRequest
from tests.hw_sim.bank.spoiling import spoilt
from tests.hw_sim.bank.state import Bank
from tests.hw_sim.bank.store import transaction
from tests.hw_sim.bank.wire import Message, Unreadable, frame_of

STATEMENT_PATH = "/v1/terminal/statement"
CHECKPOINT_PATH = "/v1/terminal/checkpoint"
FRAME_TYPE = "application/octet-stream"
JSON_TYPE = "application/json"
TEXT_TYPE = "text/plain; charset=utf-8"

Read = Message | Unreadable | None


@dataclass(frozen=True)
class Asked:
    """An admitted request: everything a path needs to answer it."""

    bank: Bank
    request: HttpRequest
    verified: Verified
    read: Read
    fault: Fault | None


def receive(
    bank: Bank, authority: Authority, request: HttpRequest, read: Read, fault: Fault | None
) -> HttpAnswer:
    """The whole answer. Admission, posting and record are one transaction (rule 1)."""
    verified = admit_signature(authority, request)
    if isinstance(verified, HttpAnswer):
        return verified
    with transaction(bank.db):
        status = refused_status(bank, request, verified, read)
        answer = refused(status) if status else serve(Asked(bank, request, verified, read, fault))
    finish(bank, authority, request, answer, fault)
    return answer


def admit_signature(authority: Authority, request: HttpRequest) -> Verified | HttpAnswer:
    """Who signed; or the unsigned answer to what nobody signed as the profile says."""
    if "?" in request.target:  # @path covers no query (security.md section 4)
        return HttpAnswer(400, {"Content-Type": TEXT_TYPE}, b"query string")
    if request.target == ECHO_PATH and not http_signatures.is_signed(request):
        kind = request.headers.get("content-type", FRAME_TYPE)
        return HttpAnswer(200, {"Content-Type": kind}, request.body)
    try:
        return http_signatures.verify(request, authority.terminal_keys)
    except BadSignature as why:
        return HttpAnswer(401, {"Content-Type": TEXT_TYPE}, str(why).encode())


def refused_status(bank: Bank, request: HttpRequest, verified: Verified, read: Read) -> int | None:
    """The status with which admission refuses; an admitted request has raised the mark."""
    any_clock = takes_any_clock(request.target, read)
    return refusal(bank, verified, request.peer, any_clock=any_clock)


def serve(asked: Asked) -> HttpAnswer:
    """The unsigned answer of an admitted request."""
    return PATHS[asked.request.target](asked)


def finish(
    bank: Bank, authority: Authority, request: HttpRequest, answer: HttpAnswer, fault: Fault | None
) -> None:
    """Signs the answer, unless a fault wants it otherwise."""
    if fault and fault.name == "unsigned":
        return
    http_signatures.sign(answer, request, authority.host_key, bank.clock())
    if fault and fault.name == "bad_signature":
        answer.headers["Signature"] = _other_first_letter(answer.headers["Signature"])


def refused(status: int) -> HttpAnswer:
    return HttpAnswer(status, {"Content-Type": JSON_TYPE}, b"{}")


def _exchange(asked: Asked) -> HttpAnswer:
    fault, bank, terminal = asked.fault, asked.bank, asked.verified.terminal
    assert asked.read is not None
    forced_code = fault.arg if fault and fault.name == "decline" else None
    miscount = fault is not None and fault.name == "miscount"
    reply = handle(bank, terminal, asked.verified.seq, asked.read, forced_code, miscount=miscount)
    if reply is None:
        return HttpAnswer(400, {"Content-Type": TEXT_TYPE}, b"no message")
    frame = spoilt(bank, terminal, reply, fault.name) if fault else frame_of(reply)
    return HttpAnswer(200, {"Content-Type": FRAME_TYPE}, frame)


def _statement(asked: Asked) -> HttpAnswer:
    rows = statement.asked_bookings(asked.bank, asked.verified.terminal, asked.request.body)
    if rows is None:
        return refused(400)
    return HttpAnswer(200, {"Content-Type": JSON_TYPE}, json.dumps(rows).encode())


def _checkpoint(asked: Asked) -> HttpAnswer:
    if asked.request.headers["content-type"] != TEXT_TYPE:
        return refused(400)
    status, told = checkpoint.witness(asked.bank, asked.verified.terminal, asked.request.body)
    return HttpAnswer(status, {"Content-Type": JSON_TYPE}, json.dumps(told).encode())


def _echo(asked: Asked) -> HttpAnswer:
    kind = asked.request.headers["content-type"]
    return HttpAnswer(200, {"Content-Type": kind}, asked.request.body)


def _other_first_letter(signature: str) -> str:
    at = signature.index(":") + 1
    return signature[:at] + ("A" if signature[at] != "A" else "B") + signature[at + 1 :]


PATHS: dict[str, Callable[[Asked], HttpAnswer]] = {
    EXCHANGE_PATH: _exchange,
    STATEMENT_PATH: _statement,
    CHECKPOINT_PATH: _checkpoint,
    ECHO_PATH: _echo,
}
