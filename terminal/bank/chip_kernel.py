"""A kernel for each card: the bank's chip parameters, and what this transaction is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from protocol.bank import messages
from protocol.emv.ca_keys import CaKey, ca_key
from protocol.emv.kernel import Kernel
from protocol.emv.profile import Application, Profile, Transaction
from protocol.errors import PeerMistake
from protocol.values import Fen
from terminal.bank.profile import BankProfile, Chip, beside
from terminal.config import ConfigError
from terminal.core.effects import ReadCard
from terminal.core.local_time import local_time

UNPREDICTABLE_BYTES = 4  # tag 9F37


def kernels(
    profile: BankProfile, bank_file: Path, random: Callable[[int], bytes]
) -> Callable[[ReadCard], Kernel] | None:
    """None where the bank takes no chip. Raises ConfigError for keys that do not hold."""
    if not profile.chip.ca_keys_file:
        return None
    terminal = _terminal(profile.chip, _ca_keys(beside(bank_file, profile.chip.ca_keys_file)))
    return lambda wanted: Kernel(terminal, _transaction(wanted, random(UNPREDICTABLE_BYTES)))


def _terminal(chip: Chip, keys: tuple[CaKey, ...]) -> Profile:
    names = tuple(Application(bytes.fromhex(aid)) for aid in chip.applications)
    return Profile(names, chip.ifd_serial, ca_keys=keys)


def _ca_keys(file: Path) -> tuple[CaKey, ...]:
    """The records of a CA-key download (`emv.md` section 1), hexadecimal, one a line."""
    try:
        return tuple(ca_key(bytes.fromhex(line)) for line in file.read_text("ascii").split())
    except OSError as why:
        raise ConfigError(f"{file}: {why.strerror or why}") from why
    except (PeerMistake, ValueError) as why:
        raise ConfigError(f"{file}: not the records of a CA-key download: {why}") from why


def _transaction(wanted: ReadCard, unpredictable: bytes) -> Transaction:
    """9C is the first two digits of DE3, 9F41 the trace (`emv.md` section 1)."""
    now = local_time(wanted.at_ms)
    return Transaction(
        type=int(messages.BY_NAME[wanted.service.value].de3[:2], 16),
        amount_fen=Fen(wanted.amount_fen),
        day=now.date(),
        clock=now.time(),
        unpredictable=unpredictable,
        sequence=f"{wanted.trace:08d}",
    )
