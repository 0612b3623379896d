"""Field 64, the message authentication code (`security.md` section 3): one row an algorithm.

The input is the body from the MTI up to and including field 63. Keys are DES (8 bytes), two-key
or three-key 3DES (16, 24) or SM4 (16); a key of another length is OurMistake. The CUP fold does not
see two exchanged blocks, and a CBC MAC with zero padding is weak for messages of any length:
neither is ever the only proof of a message.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.cmac import CMAC

from protocol.errors import OurMistake

MAC_BYTES = 8
DES_BLOCK, SM4_BLOCK = 8, 16  # bytes
SM4_KEY_BYTES = 16

Mac = Callable[[bytes], bytes]
Encrypt = Callable[[bytes], bytes]
Pad = Callable[[bytes, int], bytes]


def des_key(key: bytes) -> bytes:
    """A DES, two-key or three-key 3DES key as the 24 bytes that three-key 3DES takes."""
    match len(key):
        case 8:
            return key * 3
        case 16:
            return key + key[:8]
        case 24:
            return key
    raise OurMistake(f"a key of {len(key)} bytes is no DES key")


def encrypt(key: bytes, data: bytes) -> bytes:
    """ECB under a DES or 3DES key."""
    return Cipher(TripleDES(des_key(key)), modes.ECB()).encryptor().update(data)


def decrypt(key: bytes, data: bytes) -> bytes:
    return Cipher(TripleDES(des_key(key)), modes.ECB()).decryptor().update(data)


def sm4_encrypt(key: bytes, data: bytes) -> bytes:
    """ECB under an SM4 key."""
    return Cipher(_sm4(key), modes.ECB()).encryptor().update(data)


def sm4_decrypt(key: bytes, data: bytes) -> bytes:
    return Cipher(_sm4(key), modes.ECB()).decryptor().update(data)


def _sm4(key: bytes) -> SM4:
    if len(key) != SM4_KEY_BYTES:
        raise OurMistake(f"a key of {len(key)} bytes is no SM4 key")
    return SM4(key)


def with_zeros(data: bytes, block: int) -> bytes:
    """ISO/IEC 9797-1 padding method 1; nothing at all is one block."""
    return data + bytes(-len(data) % block if data else block)


def with_bit(data: bytes, block: int) -> bytes:
    """Padding method 2: 80, then zeros."""
    return with_zeros(data + b"\x80", block)


def with_length(data: bytes, block: int) -> bytes:
    """Padding method 3: a block with the length in bits, then method 1."""
    return (len(data) * 8).to_bytes(block, "big") + with_zeros(data, block)


def cup_ecb(key: bytes, data: bytes) -> bytes:
    """银联ECB算法 (Q/CUP 009)."""
    return _cup(partial(encrypt, key), DES_BLOCK, data)


def cup_sm4(key: bytes, data: bytes) -> bytes:
    """The same with SM4 blocks; eight characters. UNVERIFIED which form a bank wants."""
    return _cup(partial(sm4_encrypt, key), SM4_BLOCK, data)


def cup_sm4_raw(key: bytes, data: bytes) -> bytes:
    """The same with SM4 blocks; eight bytes."""
    return _cup_block(partial(sm4_encrypt, key), SM4_BLOCK, data)[:MAC_BYTES]


def x9_9(key: bytes, data: bytes, pad: Pad = with_zeros) -> bytes:
    """ANSI X9.9, ISO/IEC 9797-1 algorithm 1: the last block of a CBC chain."""
    chain = Cipher(TripleDES(des_key(key)), modes.CBC(bytes(DES_BLOCK))).encryptor()
    return chain.update(pad(data, DES_BLOCK))[-DES_BLOCK:]


def x9_19(key: bytes, data: bytes, pad: Pad = with_zeros) -> bytes:
    """ANSI X9.19, ISO/IEC 9797-1 algorithm 3: a DES chain, its end decrypted under the second key
    and encrypted under the third, which is the first where there are two. One alone gives X9.9.
    """
    whole = des_key(key)
    first, second, third = whole[:8], whole[8:16], whole[16:]
    return encrypt(third, decrypt(second, x9_9(first, data, pad)))


def cmac(key: bytes, data: bytes) -> bytes:
    """NIST SP 800-38B over 3DES."""
    made = CMAC(TripleDES(des_key(key)))
    made.update(data)
    return made.finalize()


def sm4_cbc(key: bytes, data: bytes) -> bytes:
    """The first half of the last block of an SM4 CBC chain, zero IV, zero padding."""
    chain = Cipher(_sm4(key), modes.CBC(bytes(SM4_BLOCK))).encryptor()
    return chain.update(with_zeros(data, SM4_BLOCK))[-SM4_BLOCK:][:MAC_BYTES]


KINDS: Mapping[str, Callable[[bytes, bytes], bytes]] = {
    "cup-ecb": cup_ecb,
    "cup-sm4": cup_sm4,
    "cup-sm4-raw": cup_sm4_raw,
    "x9.9": x9_9,
    "x9.9-pad2": partial(x9_9, pad=with_bit),
    "x9.9-pad3": partial(x9_9, pad=with_length),
    "x9.19": x9_19,
    "x9.19-pad2": partial(x9_19, pad=with_bit),
    "x9.19-pad3": partial(x9_19, pad=with_length),
    "cmac": cmac,
    "sm4-cbc": sm4_cbc,
}
UNDER_SM4 = frozenset({"cup-sm4", "cup-sm4-raw", "sm4-cbc"})
"""Kinds whose MAK is an SM4 key; no key download of theirs is known (`security.md` section 1)."""


def mac(kind: str, key: bytes, data: bytes) -> bytes:
    """Field 64 of `data` by the profile's algorithm."""
    return KINDS[kind](key, data)


def keyed(kind: str, key: bytes) -> Mac:
    """`mac` under a key that serves a day; the usual kind's cipher is set up once for it."""
    if kind != "cup-ecb":
        return partial(KINDS[kind], key)
    # one context for all: ECB over whole blocks keeps nothing from one update to the next
    cipher = Cipher(TripleDES(des_key(key)), modes.ECB()).encryptor()
    return partial(_cup, cipher.update, DES_BLOCK)


def _cup(cipher: Encrypt, block: int, data: bytes) -> bytes:
    """The first eight characters of the last block."""
    return _cup_block(cipher, block, data).hex().upper()[:MAC_BYTES].encode("ascii")


def _cup_block(cipher: Encrypt, block: int, data: bytes) -> bytes:
    """Fold by XOR, expand to hex, encrypt twice."""
    padded = with_zeros(data, block)
    folded = 0
    for at in range(0, len(padded), block):
        folded ^= int.from_bytes(padded[at : at + block], "big")
    expanded = f"{folded:0{block * 2}X}".encode("ascii")
    first = cipher(expanded[:block])
    mixed = bytes(a ^ b for a, b in zip(first, expanded[block:], strict=True))
    return cipher(mixed)
