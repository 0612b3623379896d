"""`huinong wire decode` and `encode` against the published messages, good and malformed."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from terminal.__main__ import main
from tests.vectors import rows_of

ROOT = Path(__file__).parents[2]
KEYS = ("layout", "len", "tpdu", "header", "mti", "bitmap", "fields")
VALID = {message["id"]: message for message in rows_of("iso8583/valid.json", "messages")}
MALFORMED = {case["id"]: case for case in rows_of("iso8583/malformed.json", "cases")}
COUNTY = {
    f"{case['id']} {which}": message
    for case in rows_of("iso8583/county.json", "cases")
    for which, message in zip(("asked", "answered"), case["messages"], strict=True)
}
PROFILE = str(ROOT / "deploy" / "examples" / "bank.toml")


def decoded(
    capsys: pytest.CaptureFixture[str], hex_: str, *options: str, code: int = 0
) -> dict[str, Any]:
    assert main(["wire", "decode", "--json", *options, hex_]) == code
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


@pytest.mark.parametrize("name", VALID)
def test_a_published_message_is_told_with_the_keys_and_values_of_the_vectors(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    vector = VALID[name]
    told = decoded(capsys, vector["hex"], "--reveal")
    assert told == {key: vector[key] for key in KEYS if key in vector}
    assert list(told) == [key for key in KEYS if key in vector]


@pytest.mark.parametrize("name", VALID)
def test_the_same_json_becomes_the_same_bytes(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["wire", "decode", "--json", "--reveal", VALID[name]["hex"]])
    told = capsys.readouterr().out
    assert main(["wire", "encode", told]) == 0
    assert capsys.readouterr().out.strip() == VALID[name]["hex"]


@pytest.mark.parametrize("name", VALID)
def test_a_vector_itself_can_be_encoded(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(VALID[name])))
    assert main(["wire", "encode"]) == 0
    assert capsys.readouterr().out.strip() == VALID[name]["hex"]


@pytest.mark.parametrize("name", COUNTY)
def test_a_county_message_goes_there_and_back(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = decoded(capsys, COUNTY[name]["hex"], "--reveal")
    assert (told["mti"], told["fields"]) == (COUNTY[name]["mti"], COUNTY[name]["fields"])
    assert main(["wire", "encode", json.dumps(told)]) == 0
    assert capsys.readouterr().out.strip() == COUNTY[name]["hex"]


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_frame_is_told_by_kind_field_and_offset(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = decoded(capsys, MALFORMED[name]["hex"], code=1)
    assert told["error"].keys() == {"kind", "field", "offset"}
    assert told["error"]["kind"] == MALFORMED[name]["error"]


@pytest.mark.parametrize("name", [name for name, case in MALFORMED.items() if "lenient" in case])
def test_lenient_reading_notes_what_a_strict_one_refuses_and_reads_on(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = decoded(capsys, MALFORMED[name]["hex"], "--lenient")
    assert [warning["kind"] for warning in told["warnings"]] == [MALFORMED[name]["error"]]
    assert told["fields"]


def test_a_right_aligned_entry_mode_reads_leniently_as_the_sheet_says(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = decoded(capsys, MALFORMED["de22_right"]["hex"], "--lenient")
    assert told["fields"]["22"] == "007"


@pytest.mark.parametrize("name", [n for n, case in MALFORMED.items() if "lenient" not in case])
def test_lenient_reading_does_not_excuse_what_cannot_be_read(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = decoded(capsys, MALFORMED[name]["hex"], "--lenient", code=1)
    assert told["error"]["kind"] == MALFORMED[name]["error"]


SECRETS = [
    # `security.md` section 8: of county.json, what names a card, a person, a key or a PIN
    "6229990100000012343",
    "2AB08E043EB682BE",
    "D3012120000",
    b"11010119800307873X".hex().upper(),
    "王秀英".encode("gb18030").hex().upper(),
    b"6229990100000098763".hex().upper(),
    b"13800000000".hex().upper(),
    "5FABBA8E733579AC",
    "17D90EDB7B1FFBE8",
]


@pytest.mark.parametrize("options", [["--json"], []], ids=["json", "text"])
def test_nothing_that_names_a_card_a_person_or_a_key_is_shown_unasked(
    options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    clear = "".join(message["hex"] for message in COUNTY.values())
    assert all(secret in clear for secret in SECRETS if secret != SECRETS[2])
    for message in COUNTY.values():
        assert main(["wire", "decode", *options, message["hex"]]) == 0
    told = capsys.readouterr().out
    assert not [secret for secret in SECRETS if secret in told]
    assert not [text for text in ("王秀英", "11010119800307873X", "13800000000") if text in told]
    assert "622999*********2343" in told


def test_a_masked_message_cannot_be_sent_by_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    told = decoded(capsys, COUNTY["withdrawal asked"]["hex"])
    assert main(["wire", "encode", json.dumps(told)]) == 1
    assert "--reveal" in capsys.readouterr().err


def test_a_withdrawal_is_told_by_its_name_and_its_parts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["wire", "decode", COUNTY["withdrawal asked"]["hex"]])
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["mti", "0200", "withdrawal,", "asked"] in lines
    assert ["60.2", "批次号", "000012"] in lines
    assert ["60.3", "网络管理信息码", "111"] in lines
    assert ["53.1", "PIN格式", "2"] in lines


def test_a_profile_gives_tpdu_and_header_where_the_json_has_none(
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = COUNTY["balance asked"]
    bare = json.dumps({"mti": asked["mti"], "fields": asked["fields"]})
    assert main(["wire", "encode", "--profile", PROFILE, bare]) == 0
    assert capsys.readouterr().out.strip() == asked["hex"]


def test_a_profiles_own_field_lengths_hold_in_both_directions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`[fields.61] max` (`bank-wire.md` section 2: acquirers extend 48, 57, 59, 61)."""
    own = tmp_path / "bank.toml"
    own.write_text(Path(PROFILE).read_text("utf-8") + "\n[fields.61]\nmax = 40\n", "utf-8")
    message = json.dumps({"mti": "0200", "layout": "body", "fields": {"61": "1" * 40}})
    assert main(["wire", "encode", message]) == 1
    capsys.readouterr()
    assert main(["wire", "encode", "--profile", str(own), message]) == 0
    hex_ = capsys.readouterr().out.strip()
    assert decoded(capsys, hex_, code=1)["error"]["kind"] == "bad_length"
    assert decoded(capsys, hex_, "--profile", str(own))["fields"] == {"61": "1" * 40}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "huinong wire: "),
        ('{"fields": {}}', "mti"),
        ('{"mti": "0999", "layout": "body", "fields": {}}', "message type"),
        ('{"mti": "0200", "layout": "body", "fields": {"5": "1"}}', "field 5 "),
        ('{"mti": "0200", "layout": "body", "fields": {"4": "1"}}', "field 4 "),
        ('{"mti": "0200", "layout": "body", "fields": {"52": "zz"}}', "field 52 "),
        ('{"mti": "0200", "layout": "body", "fields": {"x": "1"}}', "number"),
        ('{"mti": "0200", "fields": {}}', "tpdu"),
        ('{"mti": "0200", "tpdu": "6100000000", "header": "603100311000", "fields": {}}', "60"),
    ],
)
def test_json_that_is_no_message_ends_in_one_line(
    text: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["wire", "encode", text]) == 1
    err = capsys.readouterr().err
    assert told in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("hex_", ["zz", "123", "00 0g"])
def test_what_is_no_hex_ends_in_one_line_and_code_2(
    hex_: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["wire", "decode", hex_]) == 2
    assert capsys.readouterr() == ("", "huinong wire: not hex\n")
