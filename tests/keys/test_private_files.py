"""Files that only the service may read (`security.md` section 5)."""

from __future__ import annotations

import stat

import pytest

from terminal.keys import private_files
from terminal.keys.api import KeyUnavailable


@pytest.fixture
def folder(tmp_path):
    private_files.make_directory(tmp_path / "state")
    return tmp_path / "state"


def test_what_was_written_is_read_back(folder):
    private_files.write(folder / "key", b"content")
    assert private_files.read(folder / "key") == b"content"


def test_a_new_directory_is_0700_and_a_new_file_0600(folder):
    private_files.write(folder / "key", b"content")
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (folder, folder / "key")]
    assert modes == [0o700, 0o600]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o601])
def test_a_file_open_to_others_is_refused_with_the_command_that_closes_it(folder, mode):
    private_files.write(folder / "key", b"content")
    (folder / "key").chmod(mode)
    with pytest.raises(KeyUnavailable, match=f"mode {mode:04o} .*chmod 0600 .*/key"):
        private_files.read(folder / "key")


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o711])
def test_a_directory_open_to_others_is_refused_with_the_command_that_closes_it(folder, mode):
    folder.chmod(mode)
    with pytest.raises(KeyUnavailable, match=f"mode {mode:04o} .*chmod 0700"):
        private_files.check_directory(folder)


def test_an_old_directory_open_to_others_is_not_taken_over(folder):
    folder.chmod(0o755)
    with pytest.raises(KeyUnavailable):
        private_files.make_directory(folder)


def test_a_link_is_refused(folder):
    private_files.write(folder / "key", b"content")
    (folder / "link").symlink_to(folder / "key")
    with pytest.raises(KeyUnavailable):
        private_files.read(folder / "link")


def test_a_missing_file_is_named(folder):
    with pytest.raises(KeyUnavailable, match="/key: No such file"):
        private_files.read(folder / "key")


def test_a_write_that_stops_half_way_leaves_the_old_content(folder, disk_full):
    private_files.write(folder / "key", b"old")
    with disk_full(), pytest.raises(OSError, match="too large"):
        private_files.write(folder / "key", b"new" * 100)
    assert private_files.read(folder / "key") == b"old"


def test_a_write_goes_on_over_what_a_power_cut_left(folder):
    (folder / ".key.new").write_bytes(b"half of some")
    private_files.write(folder / "key", b"new")
    assert [path.name for path in folder.iterdir()] == ["key"]


def test_erasing_overwrites_before_it_removes(folder, tmp_path):
    private_files.write(folder / "key", b"secret")
    (tmp_path / "same blocks").hardlink_to(folder / "key")
    private_files.erase(folder / "key")
    assert (tmp_path / "same blocks").read_bytes() == bytes(6)
    assert list(folder.iterdir()) == []
