"""What one application on a card says of itself: the personalisation data, before any key.

The values are those of synthetic_pboc_card.json unless a row of `profiles.py` says otherwise.
"""

from dataclasses import dataclass, field

PSN, CVN = "01", "01"
AIP_SDA, AIP_DDA, AIP_CDA = "5C00", "7C00", "7D00"
CDOL1 = "9F02069F03069F1A0295055F2A029A039C019F37049F21039F4E14"
CDOL2 = "8A02" + CDOL1
PDOL_CDA = "9F7A019F02065F2A02"
# Online PIN, then signature, then none (emv.md section 11, "typical UnionPay list").
CVM_ONLINE_PIN = "000000000000000042031E031F00"


@dataclass(frozen=True, slots=True)
class ActionCodes:
    """Issuer action codes, tags 9F0D to 9F0F."""

    default: str = "D86004A800"
    denial: str = "0010980000"
    online: str = "D86804F800"


@dataclass(frozen=True, slots=True)
class Fixed:
    """What a card would work out or draw, given instead: for replaying printed transcripts."""

    cvr: str
    iad_mac: str
    dynamic_number: str


@dataclass(frozen=True, slots=True)
class Application:
    """One row of personalisation. Hexadecimal where the tag is binary; PAN not in the repr."""

    aid: str
    label: str
    pan: str = field(repr=False)
    expiry: str  # YYMMDD
    track2: str = field(repr=False)  # with D for the separator
    effective: str = "240101"
    psn: str = PSN
    name: str = field(default="TEST/CARD", repr=False)
    service_code: str = "220"
    aip: str = AIP_DDA
    priority: str = "01"
    pdol: str = ""
    cdol1: str = CDOL1
    cdol2: str = CDOL2
    cvm_list: str = CVM_ONLINE_PIN
    action_codes: ActionCodes = ActionCodes()
    usage: str = "FF00"  # 9F07
    version: str = "0030"  # 9F08
    preferred_name: str = ""  # 9F12, with its code table 9F11
    code_table: str = ""
    data_authentication_code: str = "DAC1"
    icc_serial: str = "000101"
    icc_exponent: int = 3
    key_index: str = "01"  # DKI, second byte of the IAD
    cvn: str = CVN
    discretionary: str = "010A010000000000"  # IAD between the CVR and its MAC of four bytes
    offline_limits: str = ""  # values of 9F14 and 9F23: asks the terminal for velocity checks
    product: str = ""  # 9F63, by GET DATA
    fixed: Fixed | None = None
    issuer_authentication: bool = True  # AAC after an approval that brought no ARPC

    @property
    def does_dda(self) -> bool:
        return bool(int(self.aip[:2], 16) & 0x20)

    @property
    def does_cda(self) -> bool:
        return bool(int(self.aip[:2], 16) & 0x01)

    @property
    def label_bytes(self) -> bytes:
        """Tag 50; labels in Chinese are GB 18030, of which ASCII is a part."""
        return self.label.encode("gb18030")


@dataclass(frozen=True, slots=True)
class Personalisation:
    """One card: who has it, how it speaks, which applications it carries."""

    key: str
    applications: tuple[Application, ...]
    protocol: int = 0  # T=0 or T=1
    has_pse: bool = True
    pin: str = field(default="", repr=False)
