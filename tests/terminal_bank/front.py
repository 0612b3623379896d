"""The bank's front end as a `Transport`: it reads, proves and answers what the link posts.

Frames are pyiso8583's, signatures http-message-signatures', field 64 is made by hand (all from
`tests.hw_sim.bank`): nothing of the product's codec, MAC or signature profile stands behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from terminal.bank.signing import PublicKey
from terminal.bank.transport import ANSWER_BYTES_MAX, Response
from tests.hw_sim.bank import http_signatures, wire
from tests.hw_sim.bank.http_signatures import HostKey, HttpAnswer, HttpRequest, Verified
from tests.hw_sim.bank.mac import cup_ecb
from tests.hw_sim.bank.wire import Message

NOW_S = 1_795_000_000
MAK = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
AUTHORITY = "front.bank.example"
EXCHANGE = "/v1/terminal/exchange"
PRIVATE = generate_private_key(SECP256R1())
KEY = HostKey("front.1", PRIVATE)
ECHOED = (3, 4, 11, 25, 41, 42, 49, 60, 62)
TOLD = {12: "093015", 13: "1123", 15: "1123", 37: "326112000104", 39: "00"}

Fields = Mapping[int, str | None]


def day_mac(data: bytes) -> bytes:
    return cup_ecb(MAK, data)


@dataclass
class Front:
    """Approves everything until a test says otherwise.

    changed: fields of the reply put, changed or taken away; mac: field 64, None for a reply
    without one; answer: a whole HTTP answer in place of all that; on_the_way: what happens to the
    signed answer; ends_with: the transport's own end.
    """

    terminal_keys: Mapping[str, PublicKey]
    now_s: int = NOW_S
    changed: Fields = field(default_factory=dict)
    mac: Callable[[bytes], bytes] | None = day_mac
    answer: Callable[[HttpRequest], HttpAnswer] | None = None
    signs: bool = True
    on_the_way: Callable[[HttpAnswer], None] = lambda answer: None
    ends_with: Exception | None = None
    heard: list[HttpRequest] = field(default_factory=list)
    verified: list[Verified] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    sizes_max: list[int] = field(default_factory=list)
    bank_times: list[int | None] = field(default_factory=list)

    def post(
        self,
        body: bytes,
        headers: dict[str, str],
        *,
        answer_s: float,
        path: str = "",
        answer_bytes_max: int = ANSWER_BYTES_MAX,
        bank_s: int | None = None,
    ) -> Response:
        lines = tuple((name.lower(), value) for name, value in headers.items())
        request = HttpRequest("POST", path or EXCHANGE, AUTHORITY, lines, body, "44010001")
        self.heard.append(request)
        self.waits.append(answer_s)
        self.sizes_max.append(answer_bytes_max)
        self.bank_times.append(bank_s)
        self.verified.append(http_signatures.verify(request, self.terminal_keys))
        if self.ends_with is not None:
            raise self.ends_with
        answer = self.answer(request) if self.answer else frame_answer(self.reply(body))
        if self.signs:
            http_signatures.sign(answer, request, KEY, self.now_s)
        self.on_the_way(answer)
        return Response(answer.status_code, list(answer.headers.items()), answer.body)

    def reply(self, body: bytes) -> bytes:
        """The frame that answers this one."""
        asked = _read(body)
        echoed = {de: asked.fields[de] for de in ECHOED if de in asked.fields}
        fields: dict[int, str | None] = {**echoed, **TOLD, **self.changed}
        if 64 not in asked.fields or self.mac is None:
            return wire.encode(wire.reply_to(asked, _present(fields)))
        unsealed = wire.encode(wire.reply_to(asked, _present({**fields, 64: "00" * 8})))
        return unsealed[:-8] + self.mac(wire.mac_input(unsealed))

    def close(self) -> None:
        pass

    @property
    def asked(self) -> Message:
        """The last message that came in."""
        return _read(self.heard[-1].body)


def frame_answer(body: bytes, status: int = 200) -> HttpAnswer:
    return HttpAnswer(status, {"Content-Type": "application/octet-stream"}, body)


def json_answer(body: bytes, status: int = 200) -> HttpAnswer:
    return HttpAnswer(status, {"Content-Type": "application/json"}, body)


def _read(body: bytes) -> Message:
    message = wire.decode(body)
    assert isinstance(message, Message), message
    return message


def _present(fields: Mapping[int, str | None]) -> dict[int, str]:
    return {de: value for de, value in sorted(fields.items()) if value is not None}
