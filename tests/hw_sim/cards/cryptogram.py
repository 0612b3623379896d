"""Card keys, session keys, cryptograms and secure messaging of PBOC (emv.md section 15).

Triple DES is that of `cryptography`; the modes above it are written out here.
"""

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

BLOCK_BYTES = 8
PIN_DIGITS_MAX = 12

# Section 15: the data under the ARQC, in this order; CVR are the bytes 4 to 7 of the IAD.
ARQC_TAGS = ("9F02", "9F03", "9F1A", "95", "5F2A", "9A", "9C", "9F37")


def card_key(issuer_key: bytes, pan: str, psn: str) -> bytes:
    """The UDK: the issuer's master key, diversified by PAN and sequence number."""
    digits = (pan + psn)[-16:].rjust(16, "0")
    block = bytes.fromhex(digits)
    return encrypt(issuer_key, block + _inverted(block))


def session_key(key: bytes, atc: int) -> bytes:
    """The key of one transaction, for cryptograms and for secure messaging alike."""
    counter = atc.to_bytes(2, "big")
    head = bytes(6)
    return encrypt(key, head + counter + head + _inverted(counter))


def arpc(session: bytes, arqc: bytes, arc: bytes) -> bytes:
    """What the issuer proves itself with: E(SK, ARQC xor (ARC || zeros))."""
    return encrypt(session, xor(arqc, arc.ljust(BLOCK_BYTES, b"\0")))


def mac(key: bytes, data: bytes) -> bytes:
    """ISO 9797-1 algorithm 3 with padding 80 00.., eight bytes."""
    left, right = key[:8], key[8:]
    chain = Cipher(_triple(left), modes.CBC(bytes(BLOCK_BYTES))).encryptor().update(pad(data))
    return encrypt(left, decrypt(right, chain[-BLOCK_BYTES:]))


def open_data(key: bytes, cipher: bytes) -> bytes | None:
    """The data of a confidential script command: length, data, padding; None when it is not so."""
    if not cipher or len(cipher) % BLOCK_BYTES:
        return None
    plain = decrypt(key, cipher)
    count = plain[0]
    return plain[1 : 1 + count] if pad(plain[: 1 + count]) == plain else None


def pin_of_block(card_key_ac: bytes, block: bytes) -> str | None:
    """The PIN of a PIN CHANGE block, masked with the end of UDK A; None when it holds none."""
    if len(block) != BLOCK_BYTES:
        return None
    text = xor(block, bytes(4) + card_key_ac[4:8]).hex()
    count = int(text[:2], 16)
    pin, rest = text[2 : 2 + count], text[2 + count :]
    fits = 4 <= count <= PIN_DIGITS_MAX and pin.isdecimal() and set(rest) <= {"f"}
    return pin if fits else None


def pad(data: bytes) -> bytes:
    whole = data + b"\x80"
    return whole + bytes(-len(whole) % BLOCK_BYTES)


def encrypt(key: bytes, data: bytes) -> bytes:
    return Cipher(_triple(key), modes.ECB()).encryptor().update(data)


def decrypt(key: bytes, data: bytes) -> bytes:
    return Cipher(_triple(key), modes.ECB()).decryptor().update(data)


def xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _triple(key: bytes) -> TripleDES:
    return TripleDES(key * 3 if len(key) == BLOCK_BYTES else key + key[:8])


def _inverted(data: bytes) -> bytes:
    return bytes(byte ^ 0xFF for byte in data)
