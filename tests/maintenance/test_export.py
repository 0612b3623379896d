"""`huinong journal export` and `show`: for other programs and for people, nothing opened."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json

import pytest

from terminal.core import facts
from terminal.core.facts import Recorded
from terminal.journal.store import Journal
from tests.journal.shop import PAN, columns, tamper


def leaves_root(entries: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, word by word."""
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    left, right = leaves_root(entries[:k]), leaves_root(entries[k:])
    return hashlib.sha256(b"\x01" + left + right).digest()


def test_the_lines_are_the_entries_and_the_last_is_the_latest_head(huinong, kept) -> None:
    said = huinong("journal", "export", kept, "--format", "jsonl")
    *lines, last = said.out.splitlines()
    assert [line.encode() for line in lines] == [entry for _, entry, _, _ in columns(kept)]
    assert json.loads(last)["checkpoint"] == json.loads(lines[21])["note"]


def test_whoever_has_the_lines_can_compute_the_root_that_was_signed(huinong, kept) -> None:
    *lines, last = huinong("journal", "export", kept).out.splitlines()
    _, size, root, *_ = json.loads(last)["checkpoint"].split("\n")
    assert base64.b64decode(root) == leaves_root([line.encode() for line in lines[: int(size)]])


def test_the_table_has_a_row_a_fact_and_ends_with_the_head(huinong, kept) -> None:
    said = huinong("journal", "export", kept, "--format", "csv")
    head, *rows, last = csv.reader(io.StringIO(said.out.removeprefix("\ufeff")))
    assert head == ["seq", "time", "operator", "transaction", "fact", "text"]
    assert [row[0] for row in rows] == [str(seq) for seq in range(1, 28)]
    assert rows[0][1:5] == ["2026-11-18 19:06:40", "01", "1", "Requested"]
    assert "622999*********2343" in rows[0][5]
    assert last[4] == "checkpoint"


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_no_card_number_leaves_in_the_clear(huinong, kept, form: str) -> None:
    said = huinong("journal", "export", kept, "--format", form)
    assert PAN not in said.out + said.err


def test_a_cell_that_a_spreadsheet_would_calculate_is_made_text(huinong, file, vault) -> None:
    journal = Journal(file, vault)
    journal.append([Recorded(1, 0, "=1+1", 0, facts.OperatorSignedIn("01"))])
    journal.close()
    assert "'=1+1" in huinong("journal", "export", file, "--format", "csv").out


def test_a_file_is_written_whole_and_never_over_another(huinong, kept, tmp_path) -> None:
    out = tmp_path / "facts.jsonl"
    first = huinong("journal", "export", kept, "--out", out)
    written = out.read_bytes()
    second = huinong("journal", "export", kept, "--out", out)
    assert (first.code, len(written.splitlines())) == (0, 28)
    assert (second.code, second.err.count("\n")) == (1, 1)
    assert "exists and is not overwritten" in second.err
    assert out.read_bytes() == written


def test_a_damaged_journal_leaves_no_file_that_looks_whole(huinong, kept, tmp_path) -> None:
    tamper(kept, "DELETE FROM facts WHERE seq = 20")
    out = tmp_path / "out"
    out.mkdir()
    said = huinong("journal", "export", kept, "--out", out / "facts.jsonl")
    assert said.code == 1
    assert "fact 20: missing" in said.err
    assert list(out.iterdir()) == []


def test_a_folder_that_does_not_exist_is_one_plain_line(huinong, kept, tmp_path) -> None:
    said = huinong("journal", "export", kept, "--out", tmp_path / "none" / "facts.jsonl")
    assert (said.code, said.out, said.err.count("\n")) == (1, "", 1)


def test_show_tells_the_facts_of_one_transaction(huinong, kept) -> None:
    said = huinong("journal", "show", kept, "--tx", "6", "--lang", "en")
    assert [line.split()[0] for line in said.out.splitlines()] == ["6", "7", "8", "9", "10"]


def test_show_tells_what_stands_before_the_damage(huinong, kept) -> None:
    tamper(kept, "UPDATE facts SET leaf = x'00' WHERE seq = 20")
    said = huinong("journal", "show", kept)
    assert len(said.out.splitlines()) == 19
    assert (said.code, said.err.count("\n")) == (1, 1)
    assert "fact 20: its text was changed" in said.err
