"""From personalisation data to an application a card can run: keys, certificates, records."""

from dataclasses import dataclass, field

from tests.hw_sim.cards.application import Application
from tests.hw_sim.cards.authority import Issuer
from tests.hw_sim.cards.cryptogram import card_key
from tests.hw_sim.cards.files import Records, records
from tests.hw_sim.cards.rsa_keys import RsaKey


@dataclass(frozen=True, slots=True)
class CardKeys:
    """UDKs of one application: cryptograms, script MAC, script confidentiality."""

    ac: bytes = field(repr=False)
    smi: bytes = field(repr=False)
    smc: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class LoadedApplication:
    """An application with everything that keys were needed for."""

    data: Application
    files: Records = field(repr=False)
    keys: CardKeys
    icc: RsaKey


def load(data: Application, issuer: Issuer, icc: RsaKey | None = None) -> LoadedApplication:
    """The application as `issuer` makes it; `icc` is the card's RSA key, else the issuer's pick."""
    key = icc or issuer.icc_key(data.icc_exponent)
    masters = (issuer.masters.ac, issuer.masters.smi, issuer.masters.smc)
    keys = CardKeys(*(card_key(master, data.pan, data.psn) for master in masters))
    return LoadedApplication(data, records(data, issuer, key), keys, key)
