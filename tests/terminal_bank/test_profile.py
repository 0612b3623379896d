"""`bank.toml`: what a bank's dialect may say, and what is refused in it before anything is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec import ValidationError, convert
from msgspec.structs import astuple, fields

from protocol.bank import mac
from protocol.bank.answers import Meaning
from protocol.bank.keys import family_of, kcv
from terminal.bank.profile import BankProfile, beside
from terminal.config import ConfigError, load
from terminal.keys.mac_key import StoredMacKey
from terminal.keys.store import KeyStore, Secrets
from tests.config.written import EXAMPLES, GONE, changed, example, toml
from tests.terminal_bank.conftest import TMK_M

EXAMPLE, CLASSIC = example("bank.toml"), example("cup-classic.toml")
HOST = "https://front.bank.example"
URL_FORM = "link: url must be https://host[:port]/path, tls://host:port or tcp://host:port"
NAMED = {"fields", "operations", "codes"}  # tables of tables: each of their keys has a row below
LAYOUT = [["pik", 16, 4, "TMK-P"], ["mak", 16, 4, "TMK-M"]]
ONE_KEY = "keys: layout needs one pik under TMK-P and one mak under TMK-M"


def loaded(key: str, value: object, folder: Path, *, of: dict[str, Any] = EXAMPLE) -> BankProfile:
    file = folder / "bank.toml"
    file.write_text(toml(changed(of, key, value)), "utf-8")
    return load(file, BankProfile)


def test_the_example_is_the_countys_profile() -> None:
    profile = load(EXAMPLES / "bank.toml", BankProfile)
    assert profile.link.content_type == "application/octet-stream"
    assert (profile.link.connect_timeout_s, profile.link.answer_timeout_s) == (20, 60)
    assert (profile.reversal.attempts, profile.reversal.interval_s) == (3, 2)
    assert profile.keys.mac_required_on_decline
    assert not profile.codes


def test_the_other_example_is_the_classic_dialect_over_bare_frames() -> None:
    """`county-wire.md`: no signatures, raw TCP, one request a connection, declines without MAC."""
    profile = load(EXAMPLES / "cup-classic.toml", BankProfile)
    assert profile.link.url.startswith("tcp://")
    assert not profile.link.signed
    assert not profile.link.keep_alive
    assert not profile.keys.mac_required_on_decline
    assert profile.meaning_of("A8").meaning is Meaning.SIGN_IN_AGAIN


CLASSIC_HTTPS = {
    "url": "https://10.0.0.1:5000/mjc/webtrans/VPB_lb",
    "signed": False,
    "ca_file": "bank-ca.pem",
    "content_type": "x-ISO-TPDU/x-auth",
    "user_agent": "Donjin Http 0.1",
    "keep_alive": False,
}
CLASSIC_TLS = {"url": "tls://10.0.0.1:5000", "signed": False, "ca_file": "bank-ca.pem"}


@pytest.mark.parametrize("link", [CLASSIC_HTTPS, CLASSIC_TLS], ids=["https", "tls"])
def test_the_other_lines_of_the_classic_dialect_load_too(
    link: dict[str, Any], tmp_path: Path
) -> None:
    assert loaded("link", link, tmp_path, of=CLASSIC).link.url == link["url"]


def test_the_examples_name_every_key_there_is() -> None:
    """A key that is not shown would be one that nobody finds."""
    for table in fields(BankProfile):
        if table.name not in NAMED:
            known = {key.name for key in fields(table.type)}
            assert EXAMPLE[table.name].keys() | CLASSIC[table.name].keys() == known


def test_files_named_in_it_lie_beside_it() -> None:
    assert beside(Path("/etc/huinong/bank.toml"), "ca.pem") == Path("/etc/huinong/ca.pem")


@pytest.mark.parametrize(
    "url",
    [
        f"{HOST}/v1/terminal/exchange",
        f"{HOST}:8443/v1/terminal/exchange",
        "https://10.0.0.1:5000/mjc/webtrans/VPB_lb",
        "https://[2001:db8::1]:8443/v1/terminal/exchange",
        f"{HOST}:65535",
    ],
)
def test_an_address_of_a_bank_is_accepted(url: str, tmp_path: Path) -> None:
    assert loaded("link.url", url, tmp_path).link.url == url


@pytest.mark.parametrize("kind", sorted(mac.KINDS))
def test_every_mac_that_is_accepted_can_be_made(kind: str, tmp_path: Path) -> None:
    accepted = loaded("keys.mac", kind, tmp_path).keys.mac
    family = family_of(accepted)
    secrets = Secrets("44010001", b"", tmk_m=TMK_M, tmk_m_family=family.name)
    mac_key = StoredMacKey(KeyStore(tmp_path, b"", b"", secrets), accepted)
    sent = bytes(range(16))
    mac_key.load(sent, kcv(family.decrypt(TMK_M, sent), family))
    assert len(mac_key.mac(b"0200")) == 8


@pytest.mark.parametrize(
    "layout",
    [
        [["pik", 8, 4, "TMK-P"], ["mak", 8, 4, "TMK-M"]],
        [["pik", 16, 4, "TMK-P"], ["mak", 8, 4, "TMK-M", 8]],
        [["pik", 16, 3, "TMK-P"], ["mak", 16, 3, "TMK-M"], ["tdk", 16, 3, "TMK-M"]],
        [["mak", 24, 4, "TMK-M"], ["pik", 24, 4, "TMK-P"]],
    ],
    ids=["24 bytes", "40, single MAK", "57", "56, other order"],
)
def test_the_key_downloads_of_the_sheet_can_be_told(layout: list[Any], tmp_path: Path) -> None:
    """`bank-wire.md` section 7, DE62 of the 0810."""
    told = loaded("keys.layout", layout, tmp_path).keys.layout
    assert [[*key][: len(row)] for key, row in zip(map(astuple, told), layout, strict=True)] == (
        layout
    )


WRONG = [
    ("chip.ca_keys_file", 1, "chip.ca_keys_file: Expected `str`"),
    ("chip.ifd_serial", "1", "chip: ifd_serial must be 8 letters or digits"),
    ("chip.applications", ["A00000"], "chip: applications must be AIDs of 5 to 16 bytes"),
    ("bank.id", "", "bank.id: "),
    ("bank.name", GONE, "bank: Object missing required field `name`"),
    ("link.url", "http://front.bank.example/v1", URL_FORM),
    ("link.url", "front.bank.example/v1", URL_FORM),
    ("link.url", f"{HOST}/v1?", URL_FORM),
    ("link.url", f"{HOST}/v1?a=b", URL_FORM),
    ("link.url", f"{HOST}/v1#", URL_FORM),
    ("link.url", "https://clerk:secret@front.bank.example/v1", URL_FORM),
    ("link.url", "https://clerk@front.bank.example/v1", URL_FORM),
    ("link.url", "https:///v1", URL_FORM),
    ("link.url", f"{HOST}/v1/%2e%2e/x", URL_FORM),
    ("link.url", f"{HOST}//v1", URL_FORM),
    ("link.url", f"{HOST}/v 1", URL_FORM),
    ("link.url", f"{HOST}/中", URL_FORM),
    ("link.url", "https://银行.example/v1", URL_FORM),
    ("link.url", f"{HOST}:/v1", URL_FORM),
    ("link.url", f"{HOST}:{'1' * 5000}/v1", URL_FORM),
    ("link.url", f"{HOST}:٨٤٤٣/v1", URL_FORM),
    ("link.url", f"{HOST}:0/v1", "link: url has the port 0, not 1 to 65535"),
    ("link.url", f"{HOST}:65536/v1", "link: url has the port 65536, not 1 to 65535"),
    ("link.url", f"{HOST}/v1/../x", "link: url must name its path straight"),
    ("link.url", f"{HOST}/./x", "link: url must name its path straight"),
    ("link.url", "tcp://10.0.0.1", URL_FORM),
    ("link.url", "tcp://10.0.0.1:5000/", URL_FORM),
    ("link.url", "tls://10.0.0.1:0", "link: url has the port 0"),
    ("link.url", "tls://10.0.0.1:5000", "link: signed must be false for tls://"),
    ("link.signed", False, "link: host_keys_file is named, but this line reads none"),
    ("link.signed", "no", "link.signed: Expected `bool`, got `str`"),
    ("link.other_urls", [f"{HOST}/v1"], "link: other_urls must be empty where signed"),
    ("link.other_urls", ["tcp://10.0.0.1:1"], "link: other_urls must be of the scheme of url"),
    ("link.other_urls", ["front"], URL_FORM),
    ("link.ca_file", "", "link: ca_file must name a file"),
    ("link.host_keys_file", GONE, "link: host_keys_file must name a file"),
    ("link.tls_certificate_file", "", "link: tls_certificate_file must name a file"),
    ("link.user_agent", "", "link: user_agent must be"),
    ("link.user_agent", "站", "link: user_agent must be"),
    ("link.content_type", "", "link: content_type is ''"),
    ("link.content_type", "application", "link: content_type is 'application'"),
    ("link.content_type", "application/中", "link: content_type is 'application/中'"),
    ("link.content_type", "a/b, c/d", "link: content_type is"),
    ("link.keep_alive", 1, "link.keep_alive: Expected `bool`, got `int`"),
    ("link.max_frame", 255, "link.max_frame: "),
    ("link.max_frame", 65_536, "link.max_frame: "),
    ("link.connect_timeout_s", 0, "link.connect_timeout_s: "),
    ("link.answer_timeout_s", 601, "link.answer_timeout_s: "),
    ("link.reversal_timeout_s", "60", "link.reversal_timeout_s: Expected `int`, got `str`"),
    ("link.redirects", True, "link: Object contains unknown field `redirects`"),
    ("terminal.tid", "4401000", "terminal: tid must be 8 letters or digits"),
    ("terminal.tid", "４4010001", "terminal: tid must be 8 letters or digits"),
    ("terminal.mid", "1034401601200012", "terminal: mid must be 15 letters or digits"),
    ("terminal.operator", "01", "terminal: operator must be 3 letters or digits"),
    ("terminal.operator", "01员", "terminal: operator must be 3 letters or digits"),
    ("terminal.pin_capture", "10", "terminal.pin_capture"),
    ("terminal.reads", "9", "terminal.reads"),
    ("fields", {"5": {"max": 9}}, "fields.5 is not in the dialect"),
    ("fields", {"x": {"max": 9}}, "fields.x is no data element"),
    ("fields", {"48": {"max": 10_000}}, "fields.48 has a fixed length, or a prefix"),
    ("fields", {"41": {"max": 9}}, "fields.41 has a fixed length"),
    ("fields", {"41": {"align": "left"}}, "fields.41 holds no digits to align"),
    ("fields", {"23": {"align": "middle"}}, "fields"),
    ("fields", {"48": {"size": 9}}, "fields"),
    ("frame.tpdu", "6100030000", "frame: tpdu must be 10 hex digits and begin with 60"),
    ("frame.tpdu", "60000300", "frame: tpdu must be 10 hex digits"),
    ("frame.tpdu", "600003000000", "frame: tpdu must be 10 hex digits"),
    ("frame.header", "60310031100000", "frame: header must be 12 hex digits"),
    ("frame.header", "60310031100", "frame: header must be 12 hex digits"),
    ("frame.tpdu_check", "on", "frame.tpdu_check"),
    ("operations", {"lottery": {}}, "operations.lottery is no service"),
    ("operations", {"sign_in": {"de3": "010000"}}, "operations.sign_in is a message without DE3"),
    ("operations", {"sign_in": {"de25": "01"}}, "operations.sign_in is a message without DE3"),
    ("operations", {"withdrawal": {"de3": "01000"}}, "operations[...]: de3 must be 6 digits"),
    ("operations", {"withdrawal": {"de25": "0"}}, "operations[...]: de25 must be 2 digits"),
    ("operations", {"withdrawal": {"de60_1": "1"}}, "operations[...]: de60_1 must be 2 digits"),
    ("operations", {"withdrawal": {"de60_3": "1111"}}, "operations[...]: de60_3 must be 3 digits"),
    ("operations", {"withdrawal": {"mti": "0200"}}, "operations"),
    (
        "operations",
        {"balance": {"de3": "010000", "de60_3": "111"}},
        "operations.balance has the codes of withdrawal",
    ),
    ("keys.mac", "rot13", "keys: mac is 'rot13'; known are cmac, cup-ecb, cup-sm4"),
    ("keys.tmk_index", 10, "keys.tmk_index: "),
    ("keys.mac_required_on_decline", "yes", "keys.mac_required_on_decline: Expected `bool`"),
    ("keys.layout", LAYOUT[:1], ONE_KEY),
    ("keys.layout", [LAYOUT[0], ["mak", 16, 4, "TMK-P"]], ONE_KEY),
    ("keys.layout", [*LAYOUT, LAYOUT[1]], "keys: layout names a key twice"),
    ("keys.layout", [LAYOUT[0], ["tdk", 16, 4, "TMK-M"]], ONE_KEY),
    ("keys.layout", [LAYOUT[0], ["dek", 16, 4, "TMK-M"]], "keys.layout"),
    ("keys.layout", [LAYOUT[0], ["mak", 12, 4, "TMK-M"]], "keys.layout"),
    ("keys.layout", [LAYOUT[0], ["mak", 16, 0, "TMK-M"]], "keys.layout"),
    ("keys.layout", [LAYOUT[0], ["mak", 16, 4, "TMK-M", 17]], "keys.layout"),
    ("reversal.attempts", 0, "reversal.attempts: "),
    ("reversal.final_codes", ["2"], "reversal: final_codes must be answer codes"),
    ("terminal.serial", "A B", "terminal: serial must be at most 99"),
    ("terminal.serial", "9" * 100, "terminal: serial must be at most 99"),
    ("reversal.interval_s", 61, "reversal.interval_s: "),
    ("batch.max_count", 1_000, "batch.max_count: "),
    ("batch.retries", 0, "batch.retries: "),
    ("codes", {"A": {"text": "x", "action": "wait"}}, "codes.A is no answer code"),
    ("codes", {"a8": {"text": "x", "action": "wait"}}, "codes.a8 is no answer code"),
    ("codes", {"00": {"text": "x", "action": "declined"}}, "codes.00 can not be given"),
    ("codes", {"A8": {"text": "", "action": "wait"}}, "codes"),
    ("codes", {"A8": {"text": "x", "action": "retry"}}, "codes"),
    ("surprise", {}, "Object contains unknown field `surprise`"),
]


@pytest.mark.parametrize(("key", "value", "said"), WRONG)
def test_a_wrong_key_type_or_value_is_named_with_its_file_in_one_line(
    key: str, value: object, said: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError) as refused:
        loaded(key, value, tmp_path)
    message = str(refused.value)
    assert message.startswith(f"{tmp_path / 'bank.toml'}: {said}")
    assert "\n" not in message
    assert "regex" not in message


@pytest.mark.parametrize(("kind", "size"), [("cup-sm4", 8), ("cup-sm4-raw", 24), ("sm4-cbc", 8)])
def test_a_mac_key_of_a_length_that_its_algorithm_does_not_take_is_refused(
    kind: str, size: int, tmp_path: Path
) -> None:
    keys = {**EXAMPLE["keys"], "mac": kind, "layout": [LAYOUT[0], ["mak", size, 4, "TMK-M"]]}
    with pytest.raises(ConfigError, match=f"keys: layout has a mak of {size} bytes; {kind} takes"):
        loaded("keys", keys, tmp_path)


@pytest.mark.parametrize("key", ["ca_file", "tls_certificate_file", "host_keys_file"])
def test_a_file_that_nothing_would_read_is_refused(key: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=f"{key} is named, but this line reads none"):
        loaded(f"link.{key}", "x.pem", tmp_path, of=CLASSIC)


@pytest.mark.parametrize("key", ["tid", "mid", "operator"])
def test_a_line_end_after_a_number_is_not_overlooked(key: str) -> None:
    """A pattern's $ also stands before a final line end."""
    value = EXAMPLE["terminal"][key] + "\n"
    with pytest.raises(ValidationError, match=f"{key} must be"):
        convert(changed(EXAMPLE, f"terminal.{key}", value), BankProfile)


def test_a_password_in_the_address_is_not_repeated_in_the_refusal(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        loaded("link.url", "https://clerk:secret@front.bank.example/v1", tmp_path)
    assert "secret" not in str(refused.value)


def test_every_key_has_a_refusal_of_its_own() -> None:
    tried = {row[0] for row in WRONG}
    keys = {
        f"{table.name}.{key.name}"
        for table in fields(BankProfile)
        if table.name not in NAMED
        for key in fields(table.type)
    }
    assert keys | NAMED <= tried
