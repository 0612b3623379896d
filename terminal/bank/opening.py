"""The line that a profile's URL asks for: `https://`, or frames over `tls://` and `tcp://`."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path

from terminal.bank.fallback import Fallback
from terminal.bank.frames import Frames
from terminal.bank.host_keys import read_host_keys
from terminal.bank.https import Https
from terminal.bank.line_profile import Link
from terminal.bank.matching import belongs
from terminal.bank.profile import beside
from terminal.bank.signing import PublicKey
from terminal.bank.tls import tls_context
from terminal.bank.transport import Transport
from terminal.config import ConfigError
from terminal.keys.store import KeyStore


def open_line(link: Link, profile_file: Path, store: KeyStore) -> Transport:
    """Nothing is connected yet. Raises ConfigError, KeyUnavailable."""
    context = tls_of(link, profile_file, store)
    lines = [_line(url, link, context) for url in (link.url, *link.other_urls)]
    return lines[0] if len(lines) == 1 else Fallback(lines)


def tls_of(link: Link, profile_file: Path, store: KeyStore) -> ssl.SSLContext | None:
    """None over plain TCP. Raises ConfigError, KeyUnavailable."""
    if link.scheme == "tcp":
        return None
    certificate = beside(profile_file, link.tls_certificate_file)

    def present(tls: ssl.SSLContext) -> None:
        if link.tls_certificate_file:
            store.present_to_tls(tls, certificate)

    ca_file = beside(profile_file, link.ca_file)
    try:
        return tls_context(ca_file, present)
    except OSError as why:  # ssl.SSLError is one
        raise ConfigError(f"{ca_file}: no CA certificate ({why.strerror or why})") from why


def pinned_keys(link: Link, profile_file: Path) -> Mapping[str, PublicKey]:
    """The bank's signing keys; none where nothing is signed. Raises ConfigError."""
    return read_host_keys(beside(profile_file, link.host_keys_file)) if link.signed else {}


def _line(url: str, link: Link, context: ssl.SSLContext | None) -> Transport:
    if link.scheme == "https":
        assert context is not None
        return Https(
            url,
            context,
            connect_s=link.connect_timeout_s,
            keep_alive=link.keep_alive,
            user_agent=link.user_agent,
        )
    return Frames(
        url,
        context,
        connect_s=link.connect_timeout_s,
        keep_alive=link.keep_alive,
        max_frame=link.max_frame,
        belongs=belongs,
    )
