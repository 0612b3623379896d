"""A small card of bytes, written from the sheet: it answers commands and can be told to fail.

Its certificates are signed at start with the public test keys of `synthetic_pboc_card.json`; it
shares no code with the kernel.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cache

from protocol.emv.events import CardGone, Input, Rapdu
from tests.vectors import rows_of

KEYS = {
    name: (int(key["modulus"], 16), int(key["d"], 16))
    for name, key in rows_of("emv/synthetic_pboc_card.json", "private_keys_test_only").items()
}
RECOVERY = rows_of("emv/cert_recovery.json", "cases")[0]
PAN = "6228489900000000010F"
UN_BYTES = 4
NAME = "A000000333010101"
PSE_NAME = "315041592E5359532E4444463031"
DOL = "9F02069F03069F1A0295055F2A029A039C019F3704"
DOL_BYTES = 6 + 6 + 2 + 5 + 2 + 3 + 1 + 4
CDOL2 = "8A02" + DOL
IAD = "07010103A0A000010A010000000000A1B2C3D4"
ATC = "001E"
AIP_OF = {"none": 0x1C00, "SDA": 0x5C00, "DDA": 0x7C00, "CDA": 0x7D00}
CID_OF = {"AAC": 0x00, "TC": 0x40, "ARQC": 0x80, "AAR": 0xC0}


def tlv(tag: str, value: bytes | str) -> bytes:
    body = bytes.fromhex(value) if isinstance(value, str) else value
    size = bytes([len(body)]) if len(body) < 0x80 else bytes([0x81, len(body)])
    return bytes.fromhex(tag) + size + body


@cache
def sign(name: str, block: bytes) -> bytes:
    modulus, private = KEYS[name]
    size = (modulus.bit_length() + 7) // 8
    assert len(block) == size
    return pow(int.from_bytes(block, "big"), private, modulus).to_bytes(size, "big")


def sealed(middle: bytes, outside: bytes, size: int, filler: int = 0xBB) -> bytes:
    """6A … hash BC: `middle` padded to the key, the hash over it and over what stands outside."""
    body = middle + bytes([filler]) * (size - 22 - len(middle))
    return b"\x6a" + body + hashlib.sha1(body + outside).digest() + b"\xbc"


@dataclass
class Card:
    """first, second: what it answers to the GENERATE ACs, "same" as asked. faults: by name.

    fails_at: number of the command, from 1, and what comes instead of the answer.
    """

    method: str = "DDA"
    cvm: str = "000000000000000042031E031F00"
    first: str = "same"
    second: str = "same"
    external: str = "9000"
    script: str = "9000"
    fault: str = ""
    extra: bytes = b""  # more objects for the unsigned record
    fails_at: dict[int, Input] = field(default_factory=dict)
    commands: list[bytes] = field(default_factory=list)
    seen: bytes = b""  # what CDA's hash has to cover so far

    def __call__(self, command: bytes) -> Input:
        self.commands.append(command)
        if len(self.commands) in self.fails_at:
            return self.fails_at[len(self.commands)]
        answer = self.answer(command)
        return CardGone() if answer is None else Rapdu(answer)

    @property
    def aip(self) -> bytes:
        return AIP_OF[self.method].to_bytes(2, "big")

    def answer(self, command: bytes) -> bytes | None:
        ok = b"\x90\x00"
        match command[1]:
            case 0xA4:
                return self.selected(command[5:-1].hex().upper())
            case 0xB2:
                return self.records().get((command[3] >> 3, command[2]), bytes.fromhex("6A83"))
            case 0xA8:
                return tlv("80", self.aip + bytes.fromhex("1001040118010100")) + ok
            case 0x88:
                return tlv("80", self.signature(command[5:-1], b"")) + ok
            case 0xCA:
                return bytes.fromhex("6A88")
            case 0xAE:
                return self.generated(command)
            case 0x82:
                return None if self.external == "gone" else bytes.fromhex(self.external)
            case _:
                return None if self.script == "gone" else bytes.fromhex(self.script)

    def selected(self, name: str) -> bytes:
        if self.fault == "blocked":
            return bytes.fromhex("6A81")
        if name == PSE_NAME:
            return bytes.fromhex("6A82")
        inside = tlv("50", b"DEBIT") + tlv("87", "01")
        return tlv("6F", tlv("84", NAME) + tlv("A5", inside)) + b"\x90\x00"

    def records(self) -> dict[tuple[int, int], bytes]:
        static = self.static()
        keys = tlv("8F", "FE") + tlv("9F32", "03") + tlv("92", RECOVERY["92"])
        keys += tlv("90", RECOVERY["90"])
        static_signature = tlv("93", self.static_signature(static))
        certificate, remainder = self.icc_certificate(static)
        icc = tlv("9F46", certificate) + tlv("9F47", "03") + tlv("9F48", remainder)
        if self.fault == "no certificate":
            icc = keys = static_signature = b""
        bodies = {
            (2, 1): static,
            (2, 2): keys,
            (2, 3): static_signature,
            (2, 4): icc,
            (3, 1): tlv("57", PAN[:-1] + "D30122200000000000F") + self.extra,
        }
        return {place: tlv("70", body) + b"\x90\x00" for place, body in bodies.items()}

    def static(self) -> bytes:
        expiry = "251231" if self.fault == "expired" else "301231"
        data = [("5A", PAN), ("5F34", "01"), ("5F24", expiry), ("5F28", "0156"), ("8E", self.cvm)]
        data += [("9F07", "FF00"), ("8C", DOL), ("8D", CDOL2), ("9F4A", "82"), ("9F42", "0156")]
        return b"".join(tlv(*one) for one in data)

    def static_signature(self, static: bytes) -> bytes:
        signature = sign("iss", sealed(bytes.fromhex("0301DAC1"), static + self.aip, 144))
        return self.damaged(signature, "SDA")

    def icc_certificate(self, static: bytes) -> tuple[bytes, bytes]:
        modulus = KEYS["icc"][0].to_bytes(128, "big")
        head = bytes.fromhex(f"04{PAN}1230000101010180 01")
        fits = 144 - 42
        block = sealed(head + modulus[:fits], modulus[fits:] + b"\x03" + static + self.aip, 144)
        return sign("iss", block), modulus[fits:]

    def signature(self, outside: bytes, inside: bytes) -> bytes:
        dynamic = bytes.fromhex("081122334455667788") + inside
        block = sealed(bytes([0x05, 0x01, len(dynamic)]) + dynamic, outside, 128)
        return self.damaged(sign("icc", block), "DDA" if not inside else "CDA")

    def damaged(self, signature: bytes, method: str) -> bytes:
        wrong = self.fault == "signature" and method == self.method
        return signature[:-1] + bytes([signature[-1] ^ 1]) if wrong else signature

    def generated(self, command: bytes) -> bytes | None:
        told = self.second if self.seen else self.first
        if told in ("gone", "6985"):
            self.seen = b"x"
            return None if told == "gone" else bytes.fromhex(told)
        asked = command[2] & 0xC0
        cid = asked if told in ("same", "unsigned") else CID_OF[told]
        again = bool(self.seen)
        self.seen += command[5:-1]
        if command[2] & 0x10 and cid in (0x40, 0x80) and told != "unsigned":
            return self.signed(cid, command, wrong=self.fault == "second signature" and again)
        ac = hashlib.sha1(command).digest()[:8]
        return tlv("80", bytes([cid]) + bytes.fromhex(ATC) + ac + bytes.fromhex(IAD)) + b"\x90\x00"

    def signed(self, cid: int, command: bytes, *, wrong: bool) -> bytes:
        plain = tlv("9F27", bytes([cid])) + tlv("9F36", ATC)
        behind = tlv("9F10", IAD)
        hashed = hashlib.sha1(self.seen + plain + behind).digest()
        at = 5 + DOL_BYTES - UN_BYTES + (2 if len(command) > 6 + DOL_BYTES else 0)
        unpredictable = command[at : at + UN_BYTES]
        ac = hashlib.sha1(command).digest()[:8]
        signature = self.signature(unpredictable, bytes([cid]) + ac + hashed)
        if wrong:
            signature = signature[:-1] + bytes([signature[-1] ^ 1])
        return tlv("77", plain + tlv("9F4B", signature) + behind) + b"\x90\x00"
