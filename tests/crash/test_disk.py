"""The disk model against small cases computed by hand: what a power cut may leave, and what not."""

from __future__ import annotations

import itertools
import stat

import pytest

from tests.crash.disk import Disk, Image, NotModelled
from tests.crash.trace import (
    Closed,
    Linked,
    MadeDirectory,
    Mapped,
    Opened,
    Operation,
    Removed,
    Renamed,
    Resized,
    Synced,
    Written,
)

FILE, FOLDER = stat.S_IFREG | 0o600, stat.S_IFDIR | 0o700
A, B, C = b"A" * 512, b"B" * 512, b"C" * 512
ZEROS = bytes(512)


def create(path: str, fd: int = 3) -> Opened:
    return Opened(fd, path, FILE, creates=True, truncates=False)


def folder(path: str, fd: int = 4) -> Opened:
    return Opened(fd, path, FOLDER, creates=False, truncates=False)


def holding(**files: bytes) -> Disk:
    return Disk.holding(Image({}, {name: (0o600, content) for name, content in files.items()}))


def every(disk: Disk, *operations: Operation) -> list[dict[str, bytes]]:
    """All contents that a cut after the operations may leave, without repetitions."""
    for operation in operations:
        disk.apply(operation)
    choices = itertools.product(*(range(count) for count in disk.options()))
    images = {image.digest(): image for image in map(disk.image, choices)}
    return [
        {name: content for name, (_, content) in image.files.items()} for image in images.values()
    ]


def contents(disk: Disk, *operations: Operation) -> set[bytes]:
    """The same, of the one file `f`."""
    return {files["f"] for files in every(disk, *operations)}


def test_what_was_synced_is_there() -> None:
    synced = contents(holding(f=A), create("f"), Written(3, 0, B), Synced(3))
    assert synced == {B}


def test_an_unsynced_overwrite_is_lost_or_kept() -> None:
    assert contents(holding(f=A), create("f"), Written(3, 0, B)) == {A, B}


def test_a_write_is_torn_at_sectors_and_nowhere_else() -> None:
    torn = contents(holding(f=A + A), create("f"), Written(3, 256, B))
    old_new, new_old = A[:256] + B[:256], B[256:] + A[256:]
    assert torn == {A + A, old_new + A, A + new_old, old_new + new_old}


def test_of_several_writes_to_a_sector_any_may_be_the_last_that_arrived() -> None:
    assert contents(holding(f=A), create("f"), Written(3, 0, B), Written(3, 0, C)) == {A, B, C}


def test_a_later_sector_may_arrive_before_an_earlier_one() -> None:
    found = contents(holding(f=A + A), create("f"), Written(3, 0, B), Written(3, 512, C))
    assert found == {A + A, B + A, A + C, B + C}


def test_the_size_may_have_grown_before_the_bytes_arrived() -> None:
    assert contents(holding(f=A), create("f"), Written(3, 512, B)) == {A, A + ZEROS, A + B}


def test_a_cut_off_tail_is_gone_or_still_there() -> None:
    assert contents(holding(f=A + B), create("f"), Resized(3, "", 512)) == {A + B, A}


def test_what_grows_after_a_cut_off_is_old_zeros_or_new() -> None:
    found = contents(
        holding(f=A + B), create("f"), Resized(3, "", 0), Written(3, 512, C)
    )  # sizes 1024, 0, 1024; the second sector B, zeros or C; the first follows the size
    assert found == {
        A + B,
        A + ZEROS,
        A + C,
        b"",
        ZEROS + B,
        ZEROS + ZEROS,
        ZEROS + C,
    }


def test_a_new_file_without_a_synced_directory_may_be_missing() -> None:
    found = every(holding(), create("f"), Written(3, 0, A), Synced(3))
    assert found == [{}, {"f": A}]


def test_a_synced_directory_keeps_the_name_but_not_the_bytes() -> None:
    found = contents(holding(), create("f"), Written(3, 0, A), folder("."), Synced(4))
    assert found == {b"", ZEROS, A}


def test_a_replaced_file_is_the_old_or_the_new_one_and_never_missing() -> None:
    found = every(
        holding(f=A),
        create("f.new"),
        Written(3, 0, B),
        Synced(3),
        Renamed("f.new", "f"),
    )
    assert found == [{"f": A}, {"f": A, "f.new": B}, {"f": B}]


def test_a_replacement_that_was_not_synced_may_be_empty_under_its_new_name() -> None:
    found = every(holding(f=A), create("n"), Written(3, 0, B), Renamed("n", "f"))
    assert {"f": b""} in found
    assert {"f": ZEROS} in found


def test_a_removed_name_is_there_until_the_directory_is_synced() -> None:
    disk = holding(f=A)
    assert every(disk, Removed("f")) == [{"f": A}, {}]
    assert every(disk, folder("."), Synced(4)) == [{}]


def test_names_that_have_nothing_in_common_are_lost_or_kept_on_their_own() -> None:
    found = every(holding(), create("f"), create("g", 5))
    assert sorted(map(sorted, found)) == [[], ["f"], ["f", "g"], ["g"]]


def test_a_file_in_a_directory_that_never_arrived_is_not_there() -> None:
    found = every(
        holding(),
        MadeDirectory("d", 0o700),
        create("d/f"),
        folder("d"),
        Synced(4),
    )
    assert found == [{}, {"d/f": b""}]


def test_a_second_name_of_a_file_shares_its_bytes() -> None:
    found = every(holding(f=A), Linked("f", "g"), create("g"), Written(3, 0, B))
    assert found == [{"f": A}, {"f": B}, {"f": A, "g": A}, {"f": B, "g": B}]


def test_shared_memory_may_be_found_as_anything() -> None:
    found = contents(holding(f=A), create("f"), Mapped(3))
    assert len(found) == 4
    assert {b"", A} <= found


def test_a_rename_to_another_directory_is_refused_and_not_guessed() -> None:
    disk = holding(f=A)
    disk.apply(MadeDirectory("d", 0o700))
    with pytest.raises(NotModelled):
        disk.apply(Renamed("f", "d/f"))


def test_a_closed_handle_is_forgotten_and_its_bytes_stay_undecided() -> None:
    assert contents(holding(f=A), create("f"), Written(3, 0, B), Closed(3)) == {A, B}


def test_after_a_while_of_quiet_everything_is_on_disk() -> None:
    disk = holding(f=A)
    for operation in (create("f"), Written(3, 0, B), create("g", 5), Removed("f")):
        disk.apply(operation)
    disk.settle()
    assert every(disk) == [{"g": b""}]


def test_each_option_says_which_file_it_is_about() -> None:
    disk = holding(f=A)
    for operation in (create("f"), Written(3, 0, B), create("g", 5), Written(5, 0, C)):
        disk.apply(operation)
    assert disk.options() == (2, 2, 2, 2)  # g's name; f's sector; g's size and sector
    assert disk.owners() == ("g", "f", "g", "g")
