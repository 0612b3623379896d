"""Files that only the service may read: durable writes, refused when anyone else could read them.

Directories 0700, files 0600 (`security.md` section 5). A write is temporary file, fsync, rename,
fsync of the directory: after a power cut the old content or the new one is there, never a part.
"""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from terminal.keys.api import KeyUnavailable

OTHERS = stat.S_IRWXG | stat.S_IRWXO  # no bit of these may be set
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


def read(path: Path) -> bytes:
    """The whole file. Raises KeyUnavailable: missing, a link, unreadable, or open to others."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
            _refuse_others(path, os.fstat(file.fileno()).st_mode, "0600")
            return file.read()
    except OSError as why:
        raise KeyUnavailable(f"{path}: {why.strerror}") from why


def write(path: Path, content: bytes) -> None:
    """Replaces the file, on disk when this returns. Raises OSError; the old file then stays.

    A root shell's write keeps the directory's owner, else the service could not read its own keys.
    """
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    with open(
        os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb"
    ) as file:
        if os.geteuid() == 0:
            owner = path.parent.stat()
            os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
    sync_directory(path.parent)


def erase(path: Path) -> None:
    """Overwrites and removes the file; gone by name when this returns.

    The overwriting is best effort: a journalling or copying file system and the wear levelling of
    flash may keep the old blocks. Whoever needs more encrypts the disk.
    """
    with open(os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "wb") as file:
        file.write(bytes(os.fstat(file.fileno()).st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    sync_directory(path.parent)


def make_directory(directory: Path) -> None:
    """Makes it (0700) where it is missing. Raises KeyUnavailable when an old one lets others in."""
    try:
        directory.mkdir(mode=0o700, parents=True)
        sync_directory(directory.parent)
    except FileExistsError:
        check_directory(directory)


def check_directory(directory: Path) -> None:
    """Raises KeyUnavailable unless the directory is there and ours alone."""
    try:
        mode = directory.stat().st_mode
    except OSError as why:
        raise KeyUnavailable(f"{directory}: {why.strerror}") from why
    if not stat.S_ISDIR(mode):
        raise KeyUnavailable(f"{directory}: not a directory")
    _refuse_others(directory, mode, "0700")


@contextmanager
def exclusive(directory: Path) -> Iterator[None]:
    """Alone among processes (the engine, a technician's command) while changing what is there."""
    fd = os.open(directory, _DIRECTORY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def sync_directory(directory: Path) -> None:
    """Makes names durable: a rename or an unlink in it has reached the disk when this returns."""
    fd = os.open(directory, _DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _refuse_others(path: Path, mode: int, wanted: str) -> None:
    if mode & OTHERS:
        found = stat.S_IMODE(mode)
        raise KeyUnavailable(f"{path}: mode {found:04o} lets others in; run: chmod {wanted} {path}")
