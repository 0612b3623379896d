"""The functions of the chip kernel that decide, and the tests that must notice when they err."""

from __future__ import annotations

from dataclasses import dataclass

TESTS = "tests/protocol/emv/test_"


@dataclass(frozen=True)
class Row:
    """module of protocol/emv; functions in it; test files, the most telling first."""

    module: str
    functions: tuple[str, ...]
    tests: tuple[str, ...]


ROWS = (
    Row("taa", ("request", "issuer_codes", "_code"), ("tables", "around_the_answer")),
    Row(
        "cvm",
        (
            *("parse_list", "verify_cardholder", "applies", "supported", "_perform"),
            *("_online_pin", "require_pin", "_case"),
        ),
        ("cvm", "around_the_answer"),
    ),
    Row("restrict", ("restrict", "_service_allowed", "_day"), ("tables",)),
    Row("trm", ("manage_risk", "velocity", "_counter"), ("tables", "kernel")),
    Row(
        "online",
        ("hear", "complete", "judge", "reversal_de55", "_authenticate_issuer"),
        ("cryptogram", "around_the_answer", "transcripts", "matrix"),
    ),
    Row(
        "generate_ac",
        ("first", "second", "_card_at_first"),
        ("transcripts", "cryptogram", "matrix"),
    ),
    Row("cryptogram", ("read", "plain", "verified"), ("cryptogram", "transcripts")),
    Row(
        "script",
        ("parse_script", "run_scripts", "_run", "_note"),
        ("around_the_answer", "transcripts"),
    ),
    Row(
        "oda",
        (
            "method_of",
            "authenticate",
            "_static",
            "_dynamic",
            "_signature",
            "_ca_key",
            "_static_data",
        ),
        ("certificates", "matrix"),
    ),
    Row(
        "certificates",
        (
            *("issuer_key", "icc_key", "authentication_code", "dynamic_data", "recovered"),
            *("_hash_matches", "_algorithms_known", "_not_expired", "_key"),
        ),
        ("certificates",),
    ),
    Row("ca_keys", ("ca_key", "_expiry"), ("downloads",)),
    Row(
        "select",
        (
            *("candidates", "choose", "final_select", "_directory", "_list_of_aids"),
            *("_has_more", "_keep", "_accepted", "_shown"),
        ),
        ("selection",),
    ),
    Row(
        "gpo_read",
        (
            *("get_processing_options", "reads", "read_application"),
            *("_template", "_sign_proprietary", "_mandatory"),
        ),
        ("reading", "tables", "selection", "transcripts"),
    ),
    Row("fields", ("_fits",), ("reading", "selection")),
    Row("fallback", ("has_chip", "entry_of_swipe", "fallback_due"), ("downloads",)),
    Row("events", ("answers",), ("kernel",)),
    Row(
        "kernel",
        ("_run", "_application", "_terminal", "_online"),
        ("transcripts", "kernel", "around_the_answer", "matrix"),
    ),
)
