"""Where the key store's passphrase lies: a systemd credential, or a file the environment names.

`LoadCredentialEncrypted=huinong-keys:…` in the unit puts it below `$CREDENTIALS_DIRECTORY`, in
memory (`security.md` section 5). It is machine-made: never typed, never an argument, and the
environment holds only where it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from terminal.keys import private_files
from terminal.keys.api import KeyUnavailable

CREDENTIAL = "huinong-keys"
FILE_VARIABLE = "HUINONG_KEYS_PASSPHRASE_FILE"
BYTES_MIN, BYTES_MAX = 16, 1024  # `openssl rand -base64 32` gives 44


def find(environment: Mapping[str, str]) -> bytes:
    """The passphrase without its line end. Raises KeyUnavailable, saying where one belongs."""
    path, text = _content(environment)
    passphrase = text.rstrip(b"\r\n")
    if not BYTES_MIN <= len(passphrase) <= BYTES_MAX:
        raise KeyUnavailable(
            f"{path}: the passphrase needs {BYTES_MIN} to {BYTES_MAX} bytes; "
            "make one with: openssl rand -base64 32"
        )
    return passphrase


def _content(environment: Mapping[str, str]) -> tuple[Path, bytes]:
    """Modes below the credentials directory are systemd's own (it shows an ACL as group bits)."""
    credential = Path(environment.get("CREDENTIALS_DIRECTORY", "")) / CREDENTIAL
    if "CREDENTIALS_DIRECTORY" in environment and credential.is_file():
        return credential, credential.read_bytes()
    if named := environment.get(FILE_VARIABLE):
        return Path(named), private_files.read(Path(named))
    raise KeyUnavailable(
        f"no passphrase for the key store: run under the service unit (credential {CREDENTIAL}) "
        f"or set {FILE_VARIABLE} to a file of mode 0600"
    )
