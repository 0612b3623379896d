"""RSA keys from a seed: every process of a bench makes the same ones, once.

Small on purpose: the sizes of the vectors (emv.md section 9), which no production key has today.
"""

import random
from dataclasses import dataclass, field
from functools import lru_cache

MILLER_RABIN_ROUNDS = 12
SIEVE_BELOW = 2000
KEYS_KEPT_MAX = 64


@dataclass(frozen=True, slots=True)
class RsaKey:
    """A key pair; what is private stays out of the repr. With its primes it signs faster."""

    modulus: int
    exponent: int
    private: int = field(repr=False)
    primes: tuple[int, int] | None = field(default=None, repr=False)

    @property
    def size(self) -> int:
        """Bytes of the modulus."""
        return (self.modulus.bit_length() + 7) // 8

    @property
    def modulus_bytes(self) -> bytes:
        return self.modulus.to_bytes(self.size, "big")

    @property
    def exponent_bytes(self) -> bytes:
        return self.exponent.to_bytes((self.exponent.bit_length() + 7) // 8, "big")

    def sign(self, block: bytes) -> bytes:
        """The signature from which `block` is recovered (EMV Book 2 annex A2.1)."""
        assert len(block) == self.size
        assert block[0] == 0x6A
        return self._power(int.from_bytes(block, "big")).to_bytes(self.size, "big")

    def _power(self, number: int) -> int:
        """`number` to the private exponent, by the remainder theorem where primes are known."""
        if self.primes is None:
            return pow(number, self.private, self.modulus)
        one, other = self.primes
        at_one = pow(number, self.private % (one - 1), one)
        at_other = pow(number, self.private % (other - 1), other)
        return at_other + (at_one - at_other) * pow(other, -1, one) % one * other


@lru_cache(maxsize=KEYS_KEPT_MAX)
def rsa_key(name: str, bits: int, exponent: int = 3) -> RsaKey:
    """The key of that name, the same in every process; `name` includes the seed of the bench."""
    chance = random.Random(f"rsa|{name}|{bits}|{exponent}")
    one = _prime(chance, bits // 2, exponent)
    other = _prime(chance, bits - bits // 2, exponent)
    modulus = one * other
    assert one != other
    assert modulus.bit_length() == bits
    private = pow(exponent, -1, (one - 1) * (other - 1))
    return RsaKey(modulus, exponent, private, (one, other))


def _prime(chance: random.Random, bits: int, exponent: int) -> int:
    """A prime with its two highest bits set, so that a product has all its bits."""
    while True:
        candidate = chance.getrandbits(bits) | 0b11 << bits - 2 | 1
        if (candidate - 1) % exponent and _is_prime(candidate, chance):
            return candidate


def _is_prime(number: int, chance: random.Random) -> bool:
    if any(number % small == 0 for small in _small_primes()):
        return False
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    return all(
        _passes(number, chance.randrange(2, number - 1), odd, twos)
        for _ in range(MILLER_RABIN_ROUNDS)
    )


def _passes(number: int, base: int, odd: int, twos: int) -> bool:
    power = pow(base, odd, number)
    if power in (1, number - 1):
        return True
    for _ in range(twos - 1):
        power = power * power % number
        if power == number - 1:
            return True
    return False


@lru_cache(maxsize=1)
def _small_primes() -> tuple[int, ...]:
    return tuple(
        n for n in range(3, SIEVE_BELOW, 2) if all(n % d for d in range(3, n, 2) if d * d <= n)
    )
