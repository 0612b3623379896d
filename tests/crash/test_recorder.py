"""The shim sees every change of a file, in order and with its bytes, or says what it cannot see."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tests.crash import recorder
from tests.crash.disk import Disk, Image
from tests.crash.recorder import CannotRecord, Place
from tests.crash.recording import on_disk
from tests.crash.trace import Mapped, Marked, Operation, Synced, Unrecorded

HEAD = """
import ctypes, mmap, os
os.chdir(os.environ["CRASH_WATCH"])
def new(name, flags=0): return os.open(name, os.O_RDWR | os.O_CREAT | flags, 0o600)
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return recorder.place(tmp_path)


def recorded(place: Place, script: str, *, deaf: str = "") -> list[Operation]:
    program = HEAD + textwrap.dedent(script)
    return recorder.record(["-c", program], place, seed=1, deaf=deaf)


def replayed(operations: list[Operation]) -> Image:
    disk = Disk()
    for operation in operations:
        disk.apply(operation)
    return disk.newest()


@pytest.mark.parametrize(
    "script",
    [
        "f = new('f'); os.write(f, b'one'); os.write(f, b'two'); os.pwrite(f, b'X', 1)",
        "f = new('f'); os.writev(f, [b'one', b'', b'two']); os.pwritev(f, [b'A', b'B'], 9)",
        "f = new('f', os.O_APPEND); os.write(f, b'one'); os.lseek(f, 0, 0); os.write(f, b'two')",
        "f = new('f'); os.write(f, b'12345'); os.ftruncate(f, 2); os.truncate('f', 4)",
        "f = new('f'); os.write(f, b'12'); g = new('f', os.O_TRUNC); os.write(g, b'3')",
        "f = new('f'); os.posix_fallocate(f, 0, 700); os.pwrite(f, b'x', 600)",
        "f = new('f'); os.write(f, b'1'); os.rename('f', 'g'); os.link('g', 'h'); os.unlink('g')",
        "os.mkdir('d', 0o700); f = new('d/f'); os.write(f, b'1'); os.close(f); g = new('g')",
        "os.mkdir('d'); os.rmdir('d'); f = new('f'); os.replace('f', os.path.abspath('g'))",
    ],
)
def test_what_was_recorded_adds_up_to_what_lies_on_the_disk(place: Place, script: str) -> None:
    assert replayed(recorded(place, script)) == on_disk(place.watched)


def test_syncs_and_marks_stand_where_they_were_made(place: Place) -> None:
    operations = recorded(
        place,
        """
        mark = os.open(os.environ["CRASH_MARK"], os.O_WRONLY)
        f = new('f'); os.write(mark, b'before'); os.fsync(f); os.write(mark, b'between')
        os.fdatasync(f); os.write(mark, b'after')
        """,
    )
    told = [op.text if isinstance(op, Marked) else "sync" for op in operations[1:]]
    assert told == ["before", "sync", "between", "sync", "after"]


def test_shared_memory_over_a_file_is_named_and_a_private_or_read_only_one_is_not(
    place: Place,
) -> None:
    operations = recorded(
        place,
        """
        f = new('f'); os.write(f, bytes(4096))
        map_file = ctypes.CDLL(None).mmap  # Python's own works on a second handle
        both = mmap.PROT_READ | mmap.PROT_WRITE
        map_file(None, 4096, both, mmap.MAP_SHARED, f, 0)
        map_file(None, 4096, mmap.PROT_READ, mmap.MAP_SHARED, f, 0)
        map_file(None, 4096, both, mmap.MAP_PRIVATE, f, 0)
        """,
    )
    assert sum(isinstance(operation, Mapped) for operation in operations) == 1


@pytest.mark.parametrize(
    "script",
    [
        "f = new('f'); g = os.dup(f); os.write(g, b'1')",
        "new('f'); os.symlink('f', 'g')",
        "f = new('f'); g = new('g'); os.write(f, b'1'); os.sendfile(g, f, 0, 1)",
        "f = new('f'); g = new('g'); os.write(f, b'1'); os.copy_file_range(f, g, 1, 0, 0)",
        "new('f'); os.unlink('f', dir_fd=os.open('.', os.O_RDONLY))",
    ],
)
def test_what_it_cannot_record_ends_the_reading(place: Place, script: str) -> None:
    with pytest.raises(Unrecorded):
        recorded(place, script)


def test_a_deaf_sync_is_neither_made_nor_recorded(place: Place) -> None:
    script = "f = new('f'); g = new('g'); os.fsync(f); os.fsync(g)"
    operations = recorded(place, script, deaf="f")
    assert sum(isinstance(operation, Synced) for operation in operations) == 1


def test_files_elsewhere_are_not_recorded(place: Place) -> None:
    assert recorded(place, "f = new(os.path.abspath('../elsewhere')); os.write(f, b'1')") == []


def test_a_program_that_fails_proves_nothing(place: Place) -> None:
    with pytest.raises(CannotRecord, match="no such thing"):
        recorded(place, "raise SystemExit('no such thing')")
