"""What a disk may legally hold after a power cut. Pure: operations in, possible contents out.

The rules, as POSIX promises them and no more:
- What a sync of the file has covered is there. Of everything since, each 512-byte sector holds on
  its own any value it has had since that sync (lost, kept, or an older write of several), and the
  size any value that it has had; a sector below the size that never arrived reads as zeros.
- A name (made, renamed, removed) counts as on disk only when its directory was synced. ext4 would
  keep the name of a new file with the file's own sync; we do not lean on that. Until then each
  group of changes that share a name may have got any number of steps far, in order, independently
  of the other groups. A rename is one step: the old name or the new one.
- Bytes of a file in shared memory (SQLite's -shm) may be anything.
- A shrunk file gives up its tail or not; a sector written again after that holds the old bytes,
  zeros, or the new ones.

What is not modelled raises NotModelled: renames between directories, files from nowhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from stat import S_ISDIR

from tests.crash.file import File
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

ROOT = "."


class NotModelled(Exception):
    """The run did something about which this model says nothing."""


@dataclass(frozen=True, slots=True)
class Folder:
    mode: int


Node = File | Folder


@dataclass(frozen=True, slots=True)
class Step:
    """One change of names in one directory; None removes a name."""

    directory: str
    names: Mapping[str, Node | None]


@dataclass(frozen=True, slots=True)
class Image:
    """One content of a disk: directories with their modes, files with modes and bytes."""

    folders: Mapping[str, int]
    files: Mapping[str, tuple[int, bytes]]

    def digest(self) -> bytes:
        """Equal contents have equal digests."""
        whole = hashlib.blake2b(digest_size=16)
        for path, mode in sorted(self.folders.items()):
            whole.update(f"{path}\0{mode}\0".encode())
        for path, (mode, content) in sorted(self.files.items()):
            whole.update(f"{path}\0{mode}\0{len(content)}\0".encode())
            whole.update(content)
        return whole.digest()


@dataclass
class Disk:
    """A disk while a recorded run goes on; options and image are what a cut now could leave."""

    _settled: dict[str, Node] = field(default_factory=dict)  # names that are certainly on disk
    _names: dict[str, Node] = field(default_factory=dict)  # names as the run sees them
    _steps: list[Step] = field(default_factory=list)  # between the two
    _open: dict[int, Node | str] = field(default_factory=dict)  # a directory by its path

    @staticmethod
    def holding(image: Image) -> Disk:
        """A disk on which the image is safe: nothing is under way."""
        names: dict[str, Node] = {path: Folder(mode) for path, mode in image.folders.items()}
        names |= {path: File(mode, content) for path, (mode, content) in image.files.items()}
        return Disk(dict(names), dict(names))

    def settle(self) -> None:
        """Everything reaches the disk, as after a while of quiet."""
        self._settled, self._steps = dict(self._names), []
        for node in self._names.values():
            if isinstance(node, File):
                node.sync()

    def apply(self, operation: Operation) -> None:
        """One operation of the run. Raises NotModelled."""
        match operation:
            case Opened():
                self._opened(operation)
            case Closed(fd=fd):
                self._open.pop(fd, None)
            case Written(fd=fd, offset=offset, data=data):
                self._file(fd).write(offset, data)
            case Resized(fd=fd, path=path, size=size):
                (self._file(fd) if fd >= 0 else self._named(path)).resize(size)
            case Allocated(fd=fd, size=size):
                self._file(fd).allocate(size)
            case Synced(fd=fd):
                self._sync(fd)
            case Renamed(path=path, to=to):
                self._step(path, {path: None, to: self._names[path]})
            case Linked(path=path, to=to):
                self._step(to, {to: self._names[path]})
            case Removed(path=path):
                self._step(path, {path: None})
            case MadeDirectory(path=path, mode=mode):
                self._step(path, {path: Folder(mode)})
            case Mapped(fd=fd):
                self._file(fd).mapped = True
            case Marked():
                return

    def options(self) -> tuple[int, ...]:
        """How many values each undecided part of the disk may have; 0 is the oldest of each."""
        names = tuple(len(group) + 1 for group in self._groups())
        return names + tuple(count for node in self._undecided() for count in node.options())

    def owners(self) -> tuple[str, ...]:
        """Which file each option is about, in the order of `options`."""
        names = tuple(next(iter(group[0].names)) for group in self._groups())
        path_of = {id(node): path for path, node in [*self._settled.items(), *self._fresh()]}
        files = self._undecided()
        return names + tuple(path_of[id(node)] for node in files for _ in node.options())

    def image(self, choice: Sequence[int]) -> Image:
        """The content when each undecided part has the chosen value; one number an option."""
        assert len(choice) == len(self.options())
        picked = iter(choice)
        names = dict(self._settled)
        for group in self._groups():
            for step in group[: next(picked)]:
                names.update({name: node for name, node in step.names.items() if node is not None})
                for name in (name for name, node in step.names.items() if node is None):
                    names.pop(name, None)
        contents = {
            id(node): node.content([next(picked) for _ in node.options()])
            for node in self._undecided()
        }
        return _image(names, contents)

    def newest(self) -> Image:
        """The content as the run sees it: everything kept."""
        return self.image([count - 1 for count in self.options()])

    def _opened(self, operation: Opened) -> None:
        path = operation.path
        if S_ISDIR(operation.mode):
            self._open[operation.fd] = path
            return
        if path not in self._names:
            if not operation.creates:
                raise NotModelled(f"{path} came from nowhere")
            self._step(path, {path: File(operation.mode & 0o777, b"")})
        node = self._named(path)
        if operation.truncates:
            node.resize(0)
        self._open[operation.fd] = node

    def _step(self, path: str, names: Mapping[str, Node | None]) -> None:
        directory = parent(path)
        if any(parent(name) != directory for name in names):
            raise NotModelled(f"{path} moves to another directory")
        self._steps.append(Step(directory, names))
        for name, node in names.items():
            if node is None:
                del self._names[name]
            else:
                self._names[name] = node

    def _sync(self, fd: int) -> None:
        target = self._open[fd]
        if isinstance(target, File):
            target.sync()
            return
        assert isinstance(target, str)
        for step in (step for step in self._steps if step.directory == target):
            for name, node in step.names.items():
                if node is None:
                    self._settled.pop(name, None)
                else:
                    self._settled[name] = node
        self._steps = [step for step in self._steps if step.directory != target]

    def _groups(self) -> list[list[Step]]:
        """Steps that share a name, directly or over others, in order."""
        groups: list[tuple[set[str], list[Step]]] = []
        for step in self._steps:
            mine, steps = set(step.names), [step]
            for group in [group for group in groups if group[0] & mine]:
                mine |= group[0]
                steps = [*group[1], *steps]
                groups.remove(group)
            groups.append((mine, steps))
        return [steps for _, steps in groups]

    def _undecided(self) -> list[File]:
        """Every file that some possible name leads to and whose content is not certain."""
        named = [*self._settled.values(), *(node for _, node in self._fresh())]
        found = {id(node): node for node in named if isinstance(node, File) and node.options()}
        return list(found.values())

    def _fresh(self) -> list[tuple[str, Node]]:
        """Names that may be on disk by now, with what they lead to."""
        names = (item for step in self._steps for item in step.names.items())
        return [(path, node) for path, node in names if node is not None]

    def _named(self, path: str) -> File:
        node = self._names[path]
        assert isinstance(node, File)
        return node

    def _file(self, fd: int) -> File:
        node = self._open[fd]
        if not isinstance(node, File):
            raise NotModelled(f"handle {fd} is no file")
        return node


def parent(path: str) -> str:
    return str(PurePosixPath(path).parent)


def _image(names: Mapping[str, Node], contents: Mapping[int, bytes]) -> Image:
    """A name counts only when the directories above it are there."""
    folders = {path: node.mode for path, node in names.items() if isinstance(node, Folder)}
    there = {path for path in folders if all(above in folders for above in _above(path))}
    files = {
        path: (node.mode, contents.get(id(node), node.settled))
        for path, node in names.items()
        if isinstance(node, File) and (parent(path) == ROOT or parent(path) in there)
    }
    return Image({path: folders[path] for path in there}, files)


def _above(path: str) -> Iterator[str]:
    """The directories above a path, without the root."""
    return (str(above) for above in PurePosixPath(path).parents if str(above) != ROOT)
