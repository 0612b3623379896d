"""The dictionary of tags: name, format, length, who says it, what may be shown of it.

Names and formats are those of EMV Book 3 Annex A; DF tags are UnionPay's (`emv.md` sections 1, 16).
A row is all it takes for a tag to be checked, put into a DOL and masked.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Form(Enum):
    """How a value is coded; decides padding and cutting in a DOL (section 7)."""

    N = "n"  # BCD, right-justified
    CN = "cn"  # BCD, left-justified, F behind
    AN = "an"  # ASCII
    B = "b"
    TEMPLATE = "template"


class Source(Enum):
    """Who says it: a card's word for what the terminal says is not heard (section 3)."""

    CARD = "card"
    TERMINAL = "terminal"
    ISSUER = "issuer"


class Shown(Enum):
    """What a log, a slip or a screen may show of it (section 21, 6)."""

    OPEN = "open"
    MASKED = "masked"  # first 6 and last 4 digits
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Tag:
    number: int
    name: str
    form: Form
    bytes_min: int
    bytes_max: int
    source: Source
    shown: Shown = Shown.OPEN


N, CN, AN, B, T = Form
C, K, I = Source  # noqa: E741 - card, kernel (terminal), issuer, as the columns below read
VALUE_MAX = 252  # section 3 of Book 3 Annex A: "var. up to 252"

# fmt: off
ROWS = (
    Tag(0x42,   "Issuer Identification Number", N, 3, 3, C),
    Tag(0x4F,   "Application Identifier (card)", B, 5, 16, C),
    Tag(0x50,   "Application Label", AN, 1, 16, C),
    Tag(0x57,   "Track 2 Equivalent Data", B, 8, 19, C, Shown.NEVER),
    Tag(0x5A,   "Application PAN", CN, 7, 10, C, Shown.MASKED),
    Tag(0x5F20, "Cardholder Name", AN, 2, 26, C, Shown.NEVER),
    Tag(0x5F24, "Application Expiration Date", N, 3, 3, C),
    Tag(0x5F25, "Application Effective Date", N, 3, 3, C),
    Tag(0x5F28, "Issuer Country Code", N, 2, 2, C),
    Tag(0x5F2A, "Transaction Currency Code", N, 2, 2, K),
    Tag(0x5F2D, "Language Preference", AN, 2, 8, C),
    Tag(0x5F30, "Service Code", N, 2, 2, C),
    Tag(0x5F34, "PAN Sequence Number", N, 1, 1, C),
    Tag(0x5F36, "Transaction Currency Exponent", N, 1, 1, K),
    Tag(0x61,   "Application Template", T, 0, VALUE_MAX, C),
    Tag(0x6F,   "File Control Information Template", T, 0, VALUE_MAX, C),
    Tag(0x70,   "Record Template", T, 0, VALUE_MAX, C),
    Tag(0x71,   "Issuer Script Template 1", T, 0, VALUE_MAX, I),
    Tag(0x72,   "Issuer Script Template 2", T, 0, VALUE_MAX, I),
    Tag(0x73,   "Directory Discretionary Template", T, 0, VALUE_MAX, C),
    Tag(0x77,   "Response Message Template Format 2", T, 0, VALUE_MAX, C),
    Tag(0x80,   "Response Message Template Format 1", B, 0, VALUE_MAX, C),
    Tag(0x82,   "Application Interchange Profile", B, 2, 2, C),
    Tag(0x83,   "Command Template", B, 0, VALUE_MAX, K),
    Tag(0x84,   "Dedicated File Name", B, 5, 16, C),
    Tag(0x86,   "Issuer Script Command", B, 4, 261, I),
    Tag(0x87,   "Application Priority Indicator", B, 1, 1, C),
    Tag(0x88,   "Short File Identifier", B, 1, 1, C),
    Tag(0x8A,   "Authorisation Response Code", AN, 2, 2, K),
    Tag(0x8C,   "CDOL1", B, 2, VALUE_MAX, C),
    Tag(0x8D,   "CDOL2", B, 2, VALUE_MAX, C),
    Tag(0x8E,   "CVM List", B, 8, VALUE_MAX, C),
    Tag(0x8F,   "CA Public Key Index", B, 1, 1, C),
    Tag(0x90,   "Issuer Public Key Certificate", B, 1, VALUE_MAX, C),
    Tag(0x91,   "Issuer Authentication Data", B, 8, 16, I),
    Tag(0x92,   "Issuer Public Key Remainder", B, 1, VALUE_MAX, C),
    Tag(0x93,   "Signed Static Application Data", B, 1, VALUE_MAX, C),
    Tag(0x94,   "Application File Locator", B, 4, VALUE_MAX, C),
    Tag(0x95,   "Terminal Verification Results", B, 5, 5, K),
    Tag(0x97,   "TDOL", B, 2, VALUE_MAX, C),
    Tag(0x98,   "TC Hash Value", B, 20, 20, K),
    Tag(0x99,   "Transaction PIN Data", B, 1, VALUE_MAX, K, Shown.NEVER),
    Tag(0x9A,   "Transaction Date", N, 3, 3, K),
    Tag(0x9B,   "Transaction Status Information", B, 2, 2, K),
    Tag(0x9C,   "Transaction Type", N, 1, 1, K),
    Tag(0x9D,   "Directory Definition File Name", B, 5, 16, C),
    Tag(0x9F01, "Acquirer Identifier", N, 6, 6, K),
    Tag(0x9F02, "Amount, Authorised", N, 6, 6, K),
    Tag(0x9F03, "Amount, Other", N, 6, 6, K),
    Tag(0x9F05, "Application Discretionary Data", B, 1, 32, C),
    Tag(0x9F06, "Application Identifier (terminal)", B, 5, 16, K),
    Tag(0x9F07, "Application Usage Control", B, 2, 2, C),
    Tag(0x9F08, "Application Version Number (card)", B, 2, 2, C),
    Tag(0x9F09, "Application Version Number (terminal)", B, 2, 2, K),
    Tag(0x9F0B, "Cardholder Name Extended", AN, 27, 45, C, Shown.NEVER),
    Tag(0x9F0D, "Issuer Action Code - Default", B, 5, 5, C),
    Tag(0x9F0E, "Issuer Action Code - Denial", B, 5, 5, C),
    Tag(0x9F0F, "Issuer Action Code - Online", B, 5, 5, C),
    Tag(0x9F10, "Issuer Application Data", B, 1, 32, C),
    Tag(0x9F11, "Issuer Code Table Index", N, 1, 1, C),
    Tag(0x9F12, "Application Preferred Name", AN, 1, 16, C),
    Tag(0x9F13, "Last Online ATC Register", B, 2, 2, C),
    Tag(0x9F14, "Lower Consecutive Offline Limit", B, 1, 1, C),
    Tag(0x9F15, "Merchant Category Code", N, 2, 2, K),
    Tag(0x9F16, "Merchant Identifier", AN, 15, 15, K),
    Tag(0x9F17, "PIN Try Counter", B, 1, 1, C),
    Tag(0x9F18, "Issuer Script Identifier", B, 4, 4, I),
    Tag(0x9F1A, "Terminal Country Code", N, 2, 2, K),
    Tag(0x9F1B, "Terminal Floor Limit", B, 4, 4, K),
    Tag(0x9F1C, "Terminal Identification", AN, 8, 8, K),
    Tag(0x9F1E, "IFD Serial Number", AN, 8, 8, K),
    Tag(0x9F1F, "Track 1 Discretionary Data", AN, 1, VALUE_MAX, C, Shown.NEVER),
    Tag(0x9F20, "Track 2 Discretionary Data", CN, 1, VALUE_MAX, C, Shown.NEVER),
    Tag(0x9F21, "Transaction Time", N, 3, 3, K),
    Tag(0x9F22, "CA Public Key Index (terminal)", B, 1, 1, K),
    Tag(0x9F23, "Upper Consecutive Offline Limit", B, 1, 1, C),
    Tag(0x9F26, "Application Cryptogram", B, 8, 8, C),
    Tag(0x9F27, "Cryptogram Information Data", B, 1, 1, C),
    Tag(0x9F32, "Issuer Public Key Exponent", B, 1, 3, C),
    Tag(0x9F33, "Terminal Capabilities", B, 3, 3, K),
    Tag(0x9F34, "CVM Results", B, 3, 3, K),
    Tag(0x9F35, "Terminal Type", N, 1, 1, K),
    Tag(0x9F36, "Application Transaction Counter", B, 2, 2, C),
    Tag(0x9F37, "Unpredictable Number", B, 4, 4, K),
    Tag(0x9F38, "PDOL", B, 2, VALUE_MAX, C),
    Tag(0x9F40, "Additional Terminal Capabilities", B, 5, 5, K),
    Tag(0x9F41, "Transaction Sequence Counter", N, 2, 4, K),
    Tag(0x9F42, "Application Currency Code", N, 2, 2, C),
    Tag(0x9F44, "Application Currency Exponent", N, 1, 1, C),
    Tag(0x9F45, "Data Authentication Code", B, 2, 2, C),
    Tag(0x9F46, "ICC Public Key Certificate", B, 1, VALUE_MAX, C),
    Tag(0x9F47, "ICC Public Key Exponent", B, 1, 3, C),
    Tag(0x9F48, "ICC Public Key Remainder", B, 1, VALUE_MAX, C),
    Tag(0x9F49, "DDOL", B, 2, VALUE_MAX, C),
    Tag(0x9F4A, "Static Data Authentication Tag List", B, 1, VALUE_MAX, C),
    Tag(0x9F4B, "Signed Dynamic Application Data", B, 1, VALUE_MAX, C),
    Tag(0x9F4C, "ICC Dynamic Number", B, 2, 8, C),
    Tag(0x9F4D, "Log Entry", B, 2, 2, C),
    Tag(0x9F4E, "Merchant Name and Location", AN, 1, VALUE_MAX, K),
    Tag(0x9F4F, "Log Format", B, 2, VALUE_MAX, C),
    Tag(0x9F5D, "Available Offline Spending Amount", N, 6, 6, C),
    Tag(0x9F63, "Product Identification Information", B, 16, 16, C),
    Tag(0x9F66, "Terminal Transaction Qualifiers", B, 4, 4, K),
    Tag(0x9F6C, "Card Transaction Qualifiers", B, 2, 2, C),
    Tag(0x9F7A, "E-cash Terminal Support Indicator", B, 1, 1, K),
    Tag(0xA5,   "FCI Proprietary Template", T, 0, VALUE_MAX, C),
    Tag(0xBF0C, "FCI Issuer Discretionary Data", T, 0, VALUE_MAX, C),
    Tag(0xDF31, "Issuer Script Results", B, 5, 128, K),
    Tag(0xDF69, "SM Algorithm Support Indicator", B, 1, 1, K),
)
# fmt: on
BY_NUMBER = {row.number: row for row in ROWS}
assert len(BY_NUMBER) == len(ROWS)
