"""The bank's front: a signed POST in, a signed and bound answer out (county-wire.md)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.hw_sim.bank import classic, http_signatures
from tests.hw_sim.bank.admission import (
    ECHO_PATH,
    ENROL_PATH,
    EXCHANGE_PATH,
    FORBIDDEN,
    RENEW_PATH,
    Verified,
    begin_sequence,
    refusal,
    takes_any_clock,
)
from tests.hw_sim.bank.authority import Authority
from tests.hw_sim.bank.faults import Fault
from tests.hw_sim.bank.host import handle
from tests.hw_sim.bank.http_signatures import BadSignature, HttpAnswer, HttpRequest
from tests.hw_sim.bank.posts import enrolment
from tests.hw_sim.bank.posts.table import BY_PATH, JSON_TYPE, TEXT_TYPE
from tests.hw_sim.bank.signing_keys import PublicKey
from tests.hw_sim.bank.spoiling import spoilt
from tests.hw_sim.bank.state import Bank
from tests.hw_sim.bank.store import transaction
from tests.hw_sim.bank.wire import Message, Unreadable, frame_of

FRAME_TYPE = "application/octet-stream"
FRAME_PATHS = (EXCHANGE_PATH, *classic.PATHS)
# Paths that ask for no certificate of the terminal: who enrols has none yet.
OPEN_PATHS = (ENROL_PATH, *classic.PATHS)

Read = Message | Unreadable | None


@dataclass(frozen=True)
class Asked:
    """An admitted request: everything a path needs to answer it."""

    bank: Bank
    authority: Authority
    request: HttpRequest
    verified: Verified
    read: Read
    fault: Fault | None


def receive(
    bank: Bank, authority: Authority, request: HttpRequest, read: Read, fault: Fault | None
) -> HttpAnswer:
    """The whole answer. Admission, posting and record are one transaction (rule 1)."""
    if request.target in classic.PATHS:
        return _classic(bank, read, fault)
    verified = admit_signature(authority, request)
    if isinstance(verified, HttpAnswer):
        return verified
    with transaction(bank.db):
        status = refused_status(bank, request, verified, read)
        asked = Asked(bank, authority, request, verified, read, fault)
        answer = refused(status) if status else serve(asked)
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
        return http_signatures.verify(request, _keys(authority, request))
    except BadSignature as why:
        return HttpAnswer(401, {"Content-Type": TEXT_TYPE}, str(why).encode())


def _keys(authority: Authority, request: HttpRequest) -> Mapping[str, PublicKey]:
    """Whose signatures count: the registry's, but for who enrols the key that they bring."""
    if request.target != ENROL_PATH:
        return authority.registry.by_keyid()
    application = _application(request, with_code=True)
    return {application.keyid: application.key} if application else {}


def _application(request: HttpRequest, *, with_code: bool) -> enrolment.Application | None:
    terminal = request.headers.get("terminal-id", "").strip('"')
    return enrolment.read_application(terminal, request.body, with_code=with_code)


def refused_status(bank: Bank, request: HttpRequest, verified: Verified, read: Read) -> int | None:
    """The status with which admission refuses; an admitted request has raised the mark."""
    if request.target == ENROL_PATH:
        application = _application(request, with_code=True)
        if application is None or not enrolment.use_code(bank, application):
            return FORBIDDEN
        begin_sequence(bank, verified)
        return None
    any_clock = takes_any_clock(request.target, read)
    return refusal(bank, verified, request.peer, any_clock=any_clock)


def serve(asked: Asked) -> HttpAnswer:
    """The unsigned answer of an admitted request."""
    post = BY_PATH.get(asked.request.target)
    if post is None:
        return PATHS[asked.request.target](asked)
    if asked.request.headers["content-type"] != post.asked_type:
        return refused(400)
    status, told = post.serve(asked.bank, asked.verified.terminal, asked.request.body)
    return _json(status, told)


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


def _classic(bank: Bank, read: Read, fault: Fault | None) -> HttpAnswer:
    """Unsigned, one request a connection; silence is an answer that nobody can read."""
    assert read is not None
    with transaction(bank.db):
        frame = classic.answer(bank, read, fault)
    head = {"Content-Type": classic.FRAME_TYPE, "Connection": "close"}
    return HttpAnswer(400, head, b"") if frame is None else HttpAnswer(200, head, frame)


def _enrol(asked: Asked) -> HttpAnswer:
    application = _application(asked.request, with_code=True)
    assert application is not None
    return _json(200, enrolment.enrol(asked.bank, asked.authority, application))


def _renew(asked: Asked) -> HttpAnswer:
    """The new key must be new; the old one has signed."""
    application = _application(asked.request, with_code=False)
    if application is None or application.keyid in asked.authority.registry.by_keyid():
        return refused(400)
    return _json(200, enrolment.renew(asked.bank, asked.authority, application))


def _json(status: int, told: Any) -> HttpAnswer:
    return HttpAnswer(status, {"Content-Type": JSON_TYPE}, json.dumps(told).encode())


def _echo(asked: Asked) -> HttpAnswer:
    kind = asked.request.headers["content-type"]
    return HttpAnswer(200, {"Content-Type": kind}, asked.request.body)


def _other_first_letter(signature: str) -> str:
    at = signature.index(":") + 1
    return signature[:at] + ("A" if signature[at] != "A" else "B") + signature[at + 1 :]


PATHS: dict[str, Callable[[Asked], HttpAnswer]] = {
    EXCHANGE_PATH: _exchange,
    ECHO_PATH: _echo,
    ENROL_PATH: _enrol,
    RENEW_PATH: _renew,
}
SIGNED_PATHS = (*PATHS, *BY_PATH)
