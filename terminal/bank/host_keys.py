"""The bank's pinned signing keys, as the bank's people hand them over."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from terminal.bank.signing import PublicKey
from terminal.config import ConfigError


def read_host_keys(path: Path) -> Mapping[str, PublicKey]:
    """The pinned signing keys of the bank, `[{"keyid", "spki"}]`. Raises ConfigError."""
    try:
        rows = json.loads(path.read_text("utf-8"))
        found = [(str(row["keyid"]), _host_key(row["spki"])) for row in rows]
    except (OSError, ValueError, KeyError, TypeError, UnsupportedAlgorithm) as why:
        raise ConfigError(
            f"{path}: no list of the bank's signing keys ({type(why).__name__})"
        ) from None
    keys = {keyid: key for keyid, key in found if key is not None}
    if not keys or len(keys) != len(found):
        raise ConfigError(f"{path}: each key needs a keyid of its own and must be P-256 or Ed25519")
    return keys


def _host_key(spki: str) -> PublicKey | None:
    key = load_der_public_key(base64.b64decode(spki, validate=True))
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return key
    return key if isinstance(key, Ed25519PublicKey) else None
