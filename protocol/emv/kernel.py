"""The kernel: one chip transaction, from the first SELECT to its end (`emv.md` section 2).

    kernel = Kernel(profile, transaction)
    event = kernel.step()                      # the first command
    event = kernel.step(Rapdu(card_answer))    # … until an Outcome

It does no input or output, knows no clock and draws no number: any transcript can be played to it.
Whatever a card or a bank answers, `step` returns an event; the last one is an `Outcome`, and only
one of kind APPROVED lets cash be given.
"""

from __future__ import annotations

from collections.abc import Generator

from protocol.emv import cvm, de55, generate_ac, oda, restrict, select, taa, trm
from protocol.emv.bits import CryptogramType
from protocol.emv.events import Event, GoOnline, Input, Question, answers
from protocol.emv.gpo_read import get_processing_options, read_application
from protocol.emv.online import complete, hear, reversal_de55
from protocol.emv.outcome import ChipRecord, Ended, Outcome, OutcomeKind
from protocol.emv.profile import Profile, Transaction
from protocol.emv.session import Phase, Session
from protocol.errors import OurMistake, PeerMistake


class Kernel:
    """One transaction. Cannot be used again after its Outcome."""

    __slots__ = ("_question", "_run")

    def __init__(self, profile: Profile, txn: Transaction) -> None:
        self._run: Generator[Question, Input, Outcome] | None = _run(Session(profile, txn))
        self._question: Question | None = None

    def step(self, given: Input | None = None) -> Event:
        """What comes next. `given` answers the last event; None begins.

        Raises OurMistake, and stays as it was, for an answer to something that was not asked, and
        for any step after the Outcome.
        """
        if self._run is None:
            raise OurMistake("this transaction has ended")
        try:
            if self._question is None and given is None:
                self._question = next(self._run)
            elif self._question and given is not None and answers(self._question, given):
                self._question = self._run.send(given)
            else:
                raise OurMistake(f"{type(given).__name__} answers nothing that was asked")
        except StopIteration as end:
            self._run = self._question = None  # with it go PAN and track 2
            outcome: Outcome = end.value
            return outcome
        return self._question


def _run(s: Session) -> Generator[Question, Input, Outcome]:
    """Until the request leaves, any failure ends the transaction and costs nobody anything."""
    try:
        yield from _application(s)
        asked = yield from _terminal(s)
        if asked is CryptogramType.ARQC and s.profile.pin_always:
            yield from cvm.require_pin(s)
        yield from generate_ac.first(s, asked)
    except Ended as end:
        return Outcome(end.kind, (end.reason,), _record(s))
    except PeerMistake as why:
        return Outcome(OutcomeKind.CARD_ERROR, (str(why),), _record(s))
    return (yield from _online(s))


def _application(s: Session) -> Phase[None]:
    """Select an application and read it; one that refuses gives way to the next (section 6)."""
    found = yield from select.candidates(s)
    while True:
        one = yield from select.choose(found)
        found.remove(one)
        if not (yield from select.final_select(s, one)):
            continue
        afl = yield from get_processing_options(s)
        if afl is not None:
            yield from read_application(s, afl)
            return


def _terminal(s: Session) -> Phase[CryptogramType]:
    """All that the terminal judges by itself, in the order of section 2.1."""
    yield from oda.authenticate(s)
    s.tvr |= restrict.restrict(s.records, s.profile, s.txn, s.chosen.version)
    yield from cvm.verify_cardholder(s)
    yield from trm.manage_risk(s)
    return taa.request(s.tvr, taa.issuer_codes(s.records), s.chosen.codes)


def _online(s: Session) -> Generator[Question, Input, Outcome]:
    given = yield _request(s)
    host = hear(given, s.profile.approvals)
    before = s.ac
    verdict = yield from complete(s, host)
    upload = de55.collect(de55.SCRIPT_UPLOAD, s.values()) if s.script_results else b""
    answered = s.ac is not before
    return Outcome(
        verdict.kind,
        (verdict.reason,),
        _record(s),
        verdict.reversal,
        reversal_de55(s, verdict, host, card_answered=answered),
        upload,
    )


def _request(s: Session) -> GoOnline:
    assert s.pan is not None
    assert s.track2 is not None
    values = s.values()
    return GoOnline(
        de55=de55.collect(de55.REQUEST, values),
        track2=s.track2,
        pan=s.pan,
        psn=s.psn,
        expiry=values[0x5F24].hex()[:4],
        record=_record(s),
        reversal_de55=b""
        if s.txn.is_inquiry
        else de55.collect(s.profile.timeout_reversal_tags, values),
    )


def _record(s: Session) -> ChipRecord:
    return ChipRecord(
        aid=s.name,
        label=s.label,
        pan=s.pan,
        psn=s.psn,
        cdol1_data=s.cdol1_data,
        atc=s.ac.atc,
        tvr=s.tvr,
        tsi=s.tsi,
        cvm=s.cvm,
        iad=s.ac.iad,
        cryptogram=s.ac.ac,
        cid=s.ac.cid if s.ac.atc else None,
        amount_fen=s.txn.amount_fen,
        other_fen=s.txn.other_fen,
        day=f"{s.txn.day:%y%m%d}",
        clock=f"{s.txn.clock:%H%M%S}",
        script_results=s.script_results,
    )
