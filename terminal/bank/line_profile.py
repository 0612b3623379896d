"""`[link]` of `bank.toml`: where the bank is, and over which line it is reached. Strict."""

from __future__ import annotations

import re
from typing import Annotated

from msgspec import Meta, Struct

Seconds = Annotated[int, Meta(ge=1, le=600)]
Name = Annotated[str, Meta(min_length=1)]

# What is signed must be what the HTTP client sends: nothing in it that a client would rewrite.
PLACE = r"([0-9A-Za-z.-]+|\[[0-9A-Fa-f:.]+\])"
HTTPS_URL = re.compile(
    rf"https://{PLACE}(:(?P<port>[0-9]{{1,5}}))?(?P<path>(/[0-9A-Za-z._~-]+)*/?)"
)
FRAMES_URL = re.compile(rf"(tcp|tls)://{PLACE}:(?P<port>[0-9]{{1,5}})")
HEADER_TEXT = re.compile("[ -~]{1,80}")
CONTENT_TYPE = re.compile(r"[0-9A-Za-z.+-]+/[0-9A-Za-z.+-]+(; ?charset=[0-9A-Za-z-]+)?")
PORT_MAX = 65_535


class Link(Struct, frozen=True, forbid_unknown_fields=True):
    """How the bank is reached. File names are relative to the folder of `bank.toml`."""

    url: Annotated[
        Name,
        Meta(
            description="https://host[:port]/path, or bare frames: tls://host:port, tcp://host:port"
        ),
    ]
    signed: Annotated[
        bool,
        Meta(description="requests and replies carry RFC 9421 signatures; only over https"),
    ] = True
    other_urls: Annotated[
        tuple[str, ...],
        Meta(
            description="tried in order, each only when nobody was reached at the one before; "
            "not where signed"
        ),
    ] = ()
    ca_file: Annotated[
        str,
        Meta(description="the bank's CA, the only one trusted (PEM); for https and tls"),
    ] = ""
    host_keys_file: Annotated[
        str,
        Meta(description='the keys that sign replies: [{"keyid", "spki"}]; where signed'),
    ] = ""
    tls_certificate_file: Annotated[
        str,
        Meta(
            description="our certificate for TLS (PEM); needed where signed, else as the bank asks"
        ),
    ] = ""
    content_type: Annotated[
        str,
        Meta(description="of a POST, such as x-ISO-TPDU/x-auth"),
    ] = "application/octet-stream"
    user_agent: Annotated[
        str,
        Meta(description="of a POST, 1 to 80 printable ASCII characters"),
    ] = "huinong"
    keep_alive: Annotated[
        bool,
        Meta(description="one connection for many requests (长连接)"),
    ] = True
    max_frame: Annotated[
        int,
        Meta(ge=256, le=65535, description="bytes of a frame after its length"),
    ] = 2048
    connect_timeout_s: Annotated[
        Seconds,
        Meta(description="to reach the bank, TLS included"),
    ] = 20
    answer_timeout_s: Annotated[
        Seconds,
        Meta(description="from the first byte of the request to the whole answer"),
    ] = 60
    reversal_timeout_s: Annotated[
        Seconds,
        Meta(description="the same for a reversal"),
    ] = 60

    @property
    def scheme(self) -> str:
        return self.url.partition(":")[0]

    def __post_init__(self) -> None:
        for url in (self.url, *self.other_urls):
            _check_url(url)
            if url.partition(":")[0] != self.scheme:
                raise ValueError("other_urls must be of the scheme of url")
        _check_files(self)
        if not CONTENT_TYPE.fullmatch(self.content_type):
            raise ValueError(
                f"content_type is {self.content_type!r}, not like application/octet-stream"
            )
        if not HEADER_TEXT.fullmatch(self.user_agent):
            raise ValueError("user_agent must be 1 to 80 printable ASCII characters")


def _check_url(url: str) -> None:
    found = HTTPS_URL.fullmatch(url) or FRAMES_URL.fullmatch(url)
    if found is None:
        raise ValueError(
            "url must be https://host[:port]/path, tls://host:port or tcp://host:port: no user, no"
            " query (the signature does not cover it), no escapes"
        )
    port = found["port"]
    if port and not 0 < int(port) <= PORT_MAX:
        raise ValueError(f"url has the port {port}, not 1 to {PORT_MAX}")
    if {".", ".."} & set(found.groupdict().get("path", "").split("/")):
        raise ValueError("url must name its path straight, without . or ..")


def _check_files(link: Link) -> None:
    """Each file that the line needs, and none that nothing would read."""
    if link.signed and link.scheme != "https":
        raise ValueError(f"signed must be false for {link.scheme}://: bare frames carry no headers")
    if link.signed and link.other_urls:
        raise ValueError("other_urls must be empty where signed: the signature covers the host")
    needed = {
        "ca_file": link.scheme != "tcp",
        "host_keys_file": link.signed,
        "tls_certificate_file": link.signed,
    }
    for name, is_needed in needed.items():
        if is_needed and not getattr(link, name):
            raise ValueError(f"{name} must name a file")
    unread = [] if link.signed else ["host_keys_file"]
    unread += ["ca_file", "tls_certificate_file"] if link.scheme == "tcp" else []
    for name in unread:
        if getattr(link, name):
            raise ValueError(f"{name} is named, but this line reads none")
