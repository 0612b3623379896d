"""`huinong station FILE`: where all objects meet; configuration, keys, journal, devices, link,
engine.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from drivers.api import (
    ContactlessReader,
    IcReader,
    IdCardReader,
    MagneticReader,
    PinPad,
    PortError,
    ReceiptPrinter,
)
from drivers.attachment import Attachment
from drivers.device import Device
from drivers.pin_pad_uic import PadSettings
from drivers.registry import MODELS, Settings, open_device
from terminal import __version__, day_head, letters, log, performers, show
from terminal.bank.chip_kernel import kernels
from terminal.bank.link import BankLink, Chance
from terminal.bank.opening import open_line, pinned_keys
from terminal.bank.profile import BankProfile
from terminal.card_place import CardPlace
from terminal.clock import SystemClock
from terminal.config import ConfigError, load
from terminal.core.deal import Deal
from terminal.core.facts import SlipKind, StationOpened
from terminal.core.ledger import Ledger
from terminal.core.reversal import Patience
from terminal.county import County
from terminal.engine import Engine
from terminal.feed.server import FeedServer
from terminal.i18n import texts
from terminal.inputs import HealthCame, Input, ScreenAsked, ScreenSaid, Stop
from terminal.journal import erasure
from terminal.journal.errors import JournalDamaged, JournalInUse, JournalUnavailable
from terminal.journal.store import Journal
from terminal.keys import passphrase
from terminal.keys.api import KeyUnavailable, Signer
from terminal.keys.mac_key import StoredMacKey
from terminal.keys.signer import open_signer
from terminal.keys.store import KeyStore, open_store
from terminal.keys.vault import FileVault
from terminal.memory import Memory
from terminal.people.operators import Limits, Operators
from terminal.people.serving import Serving
from terminal.people.sign_on import SignOn
from terminal.receipts import proof, report
from terminal.receipts.shop import Extras, Shop, shop_of
from terminal.receipts.slip import compose
from terminal.state import State
from terminal.station import Device as DevicePlace
from terminal.station import Station, beside

JOURNAL, HISTORY = "journal.sqlite", "history.sqlite"
PLACES: dict[str, tuple[str, type]] = {
    # name in health and views: (key of [devices], capability that belongs there)
    "reader": ("reader", MagneticReader),
    "pad": ("pinpad", PinPad),
    "printer": ("printer", ReceiptPrinter),
    "chip": ("chip", IcReader),
}
# Places of station.toml that `huinong doctor` examines and no service asks yet.
BESIDE = {"contactless": ContactlessReader, "idcard": IdCardReader}
PLAIN = (ConfigError, JournalInUse, JournalUnavailable, KeyUnavailable, PortError)
"""What a person can mend: one line and exit code 1."""


@dataclass(frozen=True, slots=True)
class Files:
    """The three configuration files, read; fingerprint is SHA-256 over their bytes, hex."""

    station: Station
    county: County
    bank: BankProfile
    bank_file: Path
    state: Path
    socket: Path
    fingerprint: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="station.toml")


def run(args: argparse.Namespace) -> int:
    """0 when asked to stop; 1 after one plain line."""
    log.start()
    try:
        with ExitStack() as ends:
            serve(read(args.file), ends)
    except PLAIN as why:
        print(f"huinong station: {why}", file=sys.stderr)
        return 1
    return 0


def read(file: Path) -> Files:
    """Raises ConfigError, naming file and key."""
    station = load(file, Station)
    county_file = beside(file, station.files.county)
    bank_file = beside(file, station.files.bank)
    county, bank = load(county_file, County), load(bank_file, BankProfile)
    for key, capability in (*PLACES.values(), *BESIDE.items()):
        if (place := station.devices.places().get(key)) is not None:
            _fits(file, key, place, capability)
    digest = hashlib.sha256(b"\0".join(f.read_bytes() for f in (file, county_file, bank_file)))
    return Files(
        station,
        county,
        bank,
        bank_file,
        state=beside(file, station.files.state),
        socket=beside(file, station.files.socket),
        fingerprint=digest.hexdigest(),
    )


def _fits(file: Path, key: str, place: DevicePlace, capability: type) -> None:
    row = MODELS.get(place.model)
    known = sorted(name for name, model in MODELS.items() if model.capability is capability)
    if row is None or row.capability is not capability:
        raise ConfigError(
            f"{file}: devices.{key}.model is {place.model!r}; known are {', '.join(known)}"
        )


def serve(files: Files, ends: ExitStack) -> None:
    """Run the station until SIGTERM or SIGINT. What must be closed goes on `ends`."""
    store = open_store(files.state, passphrase.find(os.environ))
    vault, signer, clock = FileVault(store), open_signer(store), SystemClock()
    journal = _journal(files.state / JOURNAL, vault, [signer.public_spki_der()])
    ends.callback(journal.close)
    tid = files.bank.terminal.tid
    memory = Memory(files.state / HISTORY, journal, vault.person_tag, tid)
    ends.callback(memory.close)
    server: FeedServer | None = None
    engine = Engine(
        journal,
        _frame(files, store),
        _patience(files.bank),
        clock,
        SignOn(Operators(store, _limits(files.county))),
        publish=lambda view: server.publish(view) if server else None,
        prepare_key=vault.prepare,
        sign_head=letters.sign_head(files.bank.terminal.tid, signer),
        witness=files.bank.link.signed,  # adr/0010
        memory=memory,
        erase_keys=eraser(vault, files.county.retention.person_months),
    )
    link = _link(files, store, signer, clock)
    ends.callback(link.close)
    line = performers.BankLine(engine.post)
    pin_key = performers.PinKey()
    attached = _attach(files, engine.post, pin_key)
    world = performers.World(
        post=engine.post,
        cards=_card_place(files, attached, engine.post),
        pad=attached["pad"],
        printer=attached["printer"],
        bank=line,
        exchange=link.exchange,
        letter=letters.writer(journal, link),
        pin_key=pin_key,
        compose=_composer(files, signer, journal),
        report=_reporter(files, journal),
    )
    files.socket.parent.mkdir(parents=True, exist_ok=True)
    server = FeedServer(
        files.socket,
        said=lambda command: engine.post(ScreenSaid(command)),
        asked=lambda question, reply: engine.post(ScreenAsked(question, reply)),
    )
    ends.callback(server.stop)
    for device in attached.values():
        device.start()
        ends.callback(device.stop)
    line.start()
    ends.callback(line.stop)
    engine.start(performers.table(world), StationOpened(__version__, files.fingerprint))
    server.start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: engine.post(Stop()))
    print(f"station {files.bank.terminal.tid} ready, screens at {files.socket}", flush=True)
    engine.run()


def _journal(path: Path, vault: FileVault, keys: list[bytes]) -> Journal:
    """A damaged one is opened for reading: it shows what holds, and refuses everything."""
    try:
        return Journal(path, vault, keys, expected=vault.used)
    except JournalDamaged as why:
        print(f"huinong station: {path}: {why}; no business until it is restored", file=sys.stderr)
        return Journal.salvaged(path, vault, keys, why)


def eraser(vault: FileVault, keep_months: int) -> Callable[[Ledger, int], None]:
    """Destroys the keys of card numbers and persons that nothing needs any more (I7)."""

    def erase(ledger: Ledger, now_ms: int) -> None:
        book, names = ledger.book.values(), vault.names
        over = (
            *erasure.card_keys_over(names, book, ledger.batch, ledger.unsettled()),
            *erasure.person_keys_over(names, book, now_ms, keep_months),
        )
        for key in over:
            vault.destroy(key)

    return erase


def _frame(files: Files, store: KeyStore) -> show.Frame:
    return show.Frame(
        station=files.station.station.name,
        terminal=files.bank.terminal.tid,
        county=files.county,
        names=Serving(store),
        wait_s=files.bank.link.answer_timeout_s,
    )


def _patience(bank: BankProfile) -> Patience:
    rule, batch = bank.reversal, bank.batch
    return Patience(
        rule.attempts,
        rule.interval_s * 1000,
        batch.retries,
        batch.max_count,
        frozenset(rule.final_codes),
    )


def _limits(county: County) -> Limits:
    rule = county.session
    return Limits(rule.wrong_pins_lock, rule.wrong_pins_block, rule.lock_min)


def _link(files: Files, store: KeyStore, signer: Signer, clock: SystemClock) -> BankLink:
    profile = files.bank
    return BankLink(
        profile,
        files.county.scheme.code,
        open_line(profile.link, files.bank_file, store),
        signer,
        StoredMacKey(store, profile.keys.mac),
        pinned_keys(profile.link, files.bank_file),
        Chance(clock.now_ms, os.urandom),
    )


def _shop(files: Files) -> Shop:
    return shop_of(
        files.station,
        files.county,
        terminal=files.bank.terminal.tid,
        merchant=files.bank.terminal.mid,
        texts=texts(files.station.station.language),
    )


def _reporter(files: Files, journal: Journal) -> performers.Report:
    shop = _shop(files)

    def slip(kind: SlipKind, state: State, copy: int) -> tuple[Any, ...]:
        return report.compose(kind, state.ledger, day_head.last(journal), copy, shop)

    return slip


def _composer(files: Files, signer: Signer, journal: Journal) -> performers.Compose:
    shop = _shop(files)
    key_id = proof.key_id(signer.public_spki_der())

    def slip(kind: SlipKind, deal: Deal, copy: int, balance_fen: int | None) -> tuple[Any, ...]:
        chain = journal.chain_at(deal.answered_seq)
        return compose(kind, deal, copy, shop, Extras(signer.sign, key_id, chain, balance_fen))

    return slip


def _attach(
    files: Files, post: Callable[[Input], None], pin_key: performers.PinKey
) -> dict[str, Attachment[Any]]:
    """The places of the counter. A pad that comes back gets the day's PIN key again."""
    pad_settings = PadSettings(key_slot=files.bank.keys.tmk_index)

    def attach(name: str) -> Attachment[Any]:
        place = files.station.devices.places()[PLACES[name][0]]
        row = MODELS[place.model]
        settings = Settings(line=place.line(row.line), pad=pad_settings)

        def opened() -> Device:
            device = open_device(place.model, place.port, settings)
            with ExitStack() as refused:
                refused.callback(device.close)
                if name == "pad":
                    pin_key.give(cast(PinPad, device))
                refused.pop_all()
            return device

        return Attachment(
            name, opened, lambda health: post(HealthCame(health)), heartbeat_s=row.heartbeat_s
        )

    there = files.station.devices.places()
    return {name: attach(name) for name, (key, _) in PLACES.items() if key in there}


def _card_place(
    files: Files, attached: Mapping[str, Attachment[Any]], post: Callable[[Input], None]
) -> CardPlace:
    """With a slot only where there is a reader, and the bank has given its chip parameters."""
    new_kernel = kernels(files.bank, files.bank_file, os.urandom)
    slot = attached.get("chip") if new_kernel is not None else None
    return CardPlace(attached["reader"], slot, new_kernel, post)
