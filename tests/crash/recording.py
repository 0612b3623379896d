"""One recorded run: the disk it began on, its operations, and where the power may be cut."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.crash import marks as marking
from tests.crash.disk import ROOT, Disk, Image
from tests.crash.marks import Began, Ended, Mark, Settled
from tests.crash.trace import (
    Allocated,
    Closed,
    Linked,
    MadeDirectory,
    Mapped,
    Marked,
    Opened,
    Operation,
    Removed,
    Renamed,
    Resized,
    Synced,
    Written,
)

NOTHING = Image({}, {})


@dataclass
class Recording:
    """start and before: the disk and what the world had seen when the run began."""

    name: str
    start: Image = NOTHING
    before: tuple[Mark, ...] = ()
    operations: list[Operation] = field(default_factory=list)

    def cuts(self) -> Iterator[tuple[Disk, Sequence[Mark]]]:
        """The disk and the marks after every operation from `Settled` on, in order.

        Both go on changing: what is needed of them must be taken at once.
        """
        disk, seen, counts = Disk.holding(self.start), list(self.before), False
        for operation in self.operations:
            if isinstance(operation, Marked):
                mark = marking.read(operation.text)
                seen.append(mark)
                if isinstance(mark, Settled):
                    disk.settle()
                    counts = True
            else:
                disk.apply(operation)
            if counts:
                yield disk, seen

    def end(self) -> Image:
        """The disk as the run left it, everything kept."""
        disk = Disk.holding(self.start)
        for operation in self.operations:
            disk.apply(operation)
        return disk.newest()


def split(
    operations: Sequence[Operation], starts: Mapping[str, tuple[Image, tuple[Mark, ...]]]
) -> list[Recording]:
    """A recording for each run, its paths as seen from the run's own directory."""
    found: list[Recording] = []
    handles: dict[int, str] = {}  # whose run each open handle belongs to
    for operation in operations:
        if isinstance(operation, Marked):
            mark = marking.read(operation.text)
            if isinstance(mark, Began):
                image, before = starts.get(mark.run, (NOTHING, ()))
                found.append(Recording(mark.run, image, before))
        name = found[-1].name if found else ""
        mine = _mine(operation, name, handles)
        if mine is not None and not _over(found[-1]):
            found[-1].operations.append(mine)
    return found


def _over(recording: Recording) -> bool:
    last = recording.operations[-1] if recording.operations else None
    return isinstance(last, Marked) and isinstance(marking.read(last.text), Ended)


def _mine(operation: Operation, run: str, handles: dict[int, str]) -> Operation | None:
    """The operation with its paths rebased, or None when it is about another run's directory."""
    match operation:
        case Marked():
            return operation
        case Opened(fd=fd, path=path):
            handles[fd] = path.partition("/")[0]
            return _rebased(operation, run)
        case Closed(fd=fd) | Written(fd=fd) | Allocated(fd=fd) | Synced(fd=fd) | Mapped(fd=fd):
            return operation if handles.get(fd) == run else None
        case Resized(fd=fd) if fd >= 0:
            return operation if handles.get(fd) == run else None
    return _rebased(operation, run)


def _rebased(
    operation: Opened | Resized | Renamed | Linked | Removed | MadeDirectory, run: str
) -> Operation | None:
    path = _below(operation.path, run)
    if path is None or (isinstance(operation, MadeDirectory) and path == ROOT):
        return None
    if isinstance(operation, Renamed | Linked):
        to = _below(operation.to, run)
        assert to is not None, operation
        return replace(operation, path=path, to=to)
    return replace(operation, path=path)


def _below(path: str, run: str) -> str | None:
    if path == run:
        return ROOT
    return path.removeprefix(f"{run}/") if path.startswith(f"{run}/") else None


def on_disk(directory: Path) -> Image:
    """What really lies below a directory now."""
    folders, files = {}, {}
    for path in directory.rglob("*"):
        name, mode = str(path.relative_to(directory)), path.stat().st_mode & 0o777
        if path.is_dir():
            folders[name] = mode
        else:
            files[name] = (mode, path.read_bytes())
    return Image(folders, files)


def put(image: Image, directory: Path) -> None:
    """Lays an image down in an empty directory."""
    for name, mode in sorted(image.folders.items()):
        (directory / name).mkdir(mode)
    for name, (mode, content) in image.files.items():
        file = directory / name
        file.write_bytes(content)
        file.chmod(mode)
