"""One exchange with the bank: frame, MAC, signature, post, and the proof of what comes back.

Blocking; called from the bank line's one thread. Never raises for what the other side does: the
ends are `Answer` (`Posted` for the POSTs beside ISO 8583), `NotSent` and `Unknown`, and only
certainty makes the first two (I8). Where the profile has no signatures, an answer counts when MTI,
11, 41, 42, 60.2 and the MAC fit, and there are no POSTs beside (`county-wire.md`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urljoin

from protocol.errors import OurMistake
from terminal.bank import bank_clock, dialect, signing
from terminal.bank.dialect import Misfit
from terminal.bank.posts import REFUSED_STATUS, SEQUENCE_USED, Post, Posted
from terminal.bank.profile import BankProfile
from terminal.bank.signing import BadSignature, PublicKey, Signed
from terminal.bank.transport import (
    ANSWER_BYTES_MAX,
    OK,
    Cause,
    Lost,
    Response,
    Transport,
    Unsent,
)
from terminal.core.exchange import Answer, Ask, Doubt, NotSent, Reply, Service, Unknown, Verdict
from terminal.keys.api import KcvMismatch, KeyUnavailable, MacKey, Signer

log = logging.getLogger("huinong.bank")

NONCE_BYTES = 16
UNTIMED = frozenset({Service.SIGN_IN, Service.ECHO})


@dataclass(frozen=True, slots=True)
class Chance:
    """What a pure function may not know: now_ms is the system's UTC ms, random gives bytes."""

    now_ms: Callable[[], int]
    random: Callable[[int], bytes]


class BankLink:
    """The terminal's line to one bank, by its profile; without signatures host_keys is empty."""

    def __init__(
        self,
        profile: BankProfile,
        scheme: str,
        transport: Transport,
        signer: Signer,
        mac_key: MacKey,
        host_keys: Mapping[str, PublicKey],
        chance: Chance,
    ) -> None:
        self._profile, self._scheme, self._transport = profile, scheme, transport
        self._signer, self._mac_key, self._host_keys = signer, mac_key, host_keys
        self._chance = chance
        # the bank's clock minus ours, from its last good reply to a sign-in; None before this
        # run's first: till then no certificate's dates can be judged (`https`)
        self._offset_s: int | None = None

    def exchange(self, ask: Ask) -> Reply:
        """Send once, wait, verify."""
        link = self._profile.link
        try:
            frame = dialect.request(ask, self._profile, self._scheme, self._mac_key.mac)
            signed = self._signed(link.url, frame, link.content_type, ask.terminal_seq)
        except KeyUnavailable as why:
            return NotSent(Cause.NO_KEY.told(str(why)))
        except OurMistake as why:
            return NotSent(Cause.OUR_MISTAKE.told(str(why)))
        reversing = ask.reversal_reason is not None
        answer_s = link.reversal_timeout_s if reversing else link.answer_timeout_s
        timed = ask.service not in UNTIMED
        response = self._sent(signed, frame, answer_s, timed=timed)
        if not isinstance(response, Response):
            return response
        if signed is None:
            return self._answer(ask, response)
        created = self._proved(signed, response, timed=timed)
        if isinstance(created, Unknown):
            return created
        if response.status in REFUSED_STATUS:
            code, text = str(response.status), "银行拒绝为本终端服务"
            return Answer(Verdict.DECLINED, code, text, bank_at_ms=created * 1000)
        return self._answer(ask, response, created)

    def post(self, post: Post, body: bytes, terminal_seq: int) -> Posted | NotSent | Unknown:
        """A signed POST beside ISO 8583, on the exchange's host and with its proofs. Sent once."""
        link = self._profile.link
        try:
            url = urljoin(link.url, post.path)
            signed = self._signed(url, body, post.content_type, terminal_seq)
        except KeyUnavailable as why:
            return NotSent(Cause.NO_KEY.told(str(why)))
        if signed is None:  # adr/0010: there is no second way to a bank without signatures
            return NotSent(Cause.NOT_OFFERED.told(f"{post.path} without signatures"))
        response = self._sent(signed, body, link.answer_timeout_s, timed=True, post=post)
        if not isinstance(response, Response):
            return response
        created = self._proved(signed, response, timed=True)
        if isinstance(created, Unknown):
            return created
        if response.status not in post.answers:
            return _no_answer(response.status)
        return Posted(response.status, response.body, created * 1000)

    def close(self) -> None:
        self._transport.close()

    def _signed(self, url: str, body: bytes, content_type: str, terminal_seq: int) -> Signed | None:
        """None where the profile has no signatures."""
        if not self._profile.link.signed:
            return None
        return signing.sign(
            url,
            body,
            content_type=content_type,
            terminal=self._profile.terminal.tid,
            seq=terminal_seq,
            created=self._now_s(),
            nonce=self._chance.random(NONCE_BYTES),
            key_id=self._signer.key_id,
            alg=self._signer.alg,
            make=self._signer.sign,
        )

    def _now_s(self) -> int:
        return self._chance.now_ms() // 1000 + (self._offset_s or 0)

    def _sent(
        self,
        signed: Signed | None,
        body: bytes,
        answer_s: float,
        *,
        timed: bool,
        post: Post | None = None,
    ) -> Response | NotSent | Unknown:
        """What came back, whoever it is from.

        A sign-in is not kept back by a date: when our clock has jumped, what we know of the bank's
        time is wrong, and only a sign-in puts it right.
        """
        try:
            return self._transport.post(
                body,
                dict(signed.headers) if signed else self._plain_headers(),
                answer_s=answer_s,
                path=post.path if post else "",
                answer_bytes_max=post.answer_bytes_max if post else ANSWER_BYTES_MAX,
                bank_s=self._now_s() if timed and self._offset_s is not None else None,
            )
        except Unsent as why:
            return NotSent(str(why))
        except Lost as why:
            return Unknown(Doubt.NO_ANSWER, str(why))

    def _proved(self, signed: Signed, response: Response, *, timed: bool) -> int | Unknown:
        """`created` (unix s) of a response that the bank signed for this request."""
        try:
            return signing.verify(
                signed,
                status=response.status,
                headers=response.headers,
                body=response.body,
                host_keys=self._host_keys,
                now=self._now_s() if timed else None,
            )
        except BadSignature as why:
            return Unknown(Doubt.NO_ANSWER, f"status {response.status}, signature: {why}")

    def _plain_headers(self) -> dict[str, str]:
        """Of a POST without signatures (`bank-wire.md` section 1)."""
        return {"Content-Type": self._profile.link.content_type, "Cache-Control": "no-cache"}

    def _answer(self, ask: Ask, response: Response, created: int | None = None) -> Reply:
        """What the frame says; created (unix s) is that of a proved response, None without."""
        if response.status != OK:
            return _no_answer(response.status, signed=created is not None)
        try:
            answer, unknown = dialect.answer(response.body, ask, self._profile, self._mac_key.mac)
        except Misfit as why:
            return Unknown(why.doubt, str(why))
        except KeyUnavailable as why:
            return Unknown(Doubt.WRONG_MAC, str(why))
        if unknown:
            log.info("unknown_elements=%s service=%s", ",".join(unknown), ask.service.value)
        bank_at_ms = bank_clock.at_ms(answer, self._now_s()) if created is None else created * 1000
        answer = replace(answer, bank_at_ms=bank_at_ms)
        return self._signed_in(answer) if answer.keys is not None else answer

    def _signed_in(self, answer: Answer) -> Answer:
        """Take the day's MAC key and the bank's clock; a wrong check value loads nothing."""
        assert answer.keys is not None
        try:
            self._mac_key.load(answer.keys.mac_key, answer.keys.mac_kcv)
        except (KcvMismatch, KeyUnavailable) as why:
            log.error("sign_in=%s", why)
            # not the bank's 00: the journal must not read as if the sign-in had been approved
            return replace(
                answer, verdict=Verdict.DECLINED, code="", text="下载工作密钥失败", keys=None
            )
        if answer.bank_at_ms is not None:
            self._offset_s = (answer.bank_at_ms - self._chance.now_ms()) // 1000
        return answer


def _no_answer(status: int, *, signed: bool = True) -> Unknown:
    """A status that is none of the path's own answers; an unsigned one proves nothing."""
    if not signed:
        return Unknown(Doubt.NO_ANSWER, f"unsigned status {status}")
    told = f"signed status {status}"
    return Unknown(Doubt.NO_ANSWER, f"{SEQUENCE_USED}: {told}" if status == 409 else told)
