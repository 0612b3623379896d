"""GENERATE AC, first and second: what the card decides (emv.md sections 14 and 18)."""

from tests.hw_sim.cards.ac_answer import AcReply, ac_answer, cryptogram_over
from tests.hw_sim.cards.apdu import SW, Answer, Apdu, Refused
from tests.hw_sim.cards.behaviour import Step
from tests.hw_sim.cards.cvr import AAC, ARQC, NOT_YET, TC, TYPE_MASK, cvr
from tests.hw_sim.cards.state import CardState, Stage
from tests.hw_sim.cards.tlv import split_by_dol

CDA_WANTED = 0x10
NO_HOST_ARCS = (b"Y3", b"Z3")  # section 18: unable to go online


def generate_ac(card: CardState, command: Apdu) -> Answer:
    """The first cryptogram after GPO, the second after an ARQC, then no more (6985)."""
    card.require(Stage.INITIATED, Stage.ONLINE)
    wanted = command.p1 & TYPE_MASK
    if command.p2 or command.p1 & ~(TYPE_MASK | CDA_WANTED) or wanted == TYPE_MASK:
        raise Refused(SW.WRONG_P1_P2)
    return (
        _first(card, command) if card.session.stage is Stage.INITIATED else _second(card, command)
    )


def _first(card: CardState, command: Apdu) -> Answer:
    asked = _asked(card.application.data.cdol1, command)
    cid = _first_cid(card, command.p1 & TYPE_MASK)
    reply = _reply(card, command, Step.AC1, asked, cid)
    card.session.cdol1_data = command.data
    answer = ac_answer(card, reply)
    if cid & TYPE_MASK == ARQC:
        card.session.arqc, card.session.stage = reply.cryptogram, Stage.ONLINE
        card.kept.online_unfinished = True
    else:
        card.session.stage = Stage.FINISHED
    return answer


def _second(card: CardState, command: Apdu) -> Answer:
    asked = _asked(card.application.data.cdol2, command)
    cid = _second_cid(card, command.p1 & TYPE_MASK, asked)
    reply = _reply(card, command, Step.AC2, asked, cid)
    answer = ac_answer(card, reply)
    _remember(card, cid)
    card.session.stage = Stage.FINISHED
    return answer


def _first_cid(card: CardState, wanted: int) -> int:
    """An online-only card: it gives no TC before the issuer has spoken."""
    if card.behaviour.first_ac is not None:
        return card.behaviour.first_ac
    return AAC if wanted == AAC else ARQC


def _second_cid(card: CardState, wanted: int, asked: dict[str, bytes]) -> int:
    if card.behaviour.second_ac is not None:
        return card.behaviour.second_ac
    if wanted == ARQC:
        card.violations.append("second GENERATE AC asks for an ARQC")
    proven = card.session.issuer_authenticated
    if proven is None and not card.application.data.issuer_authentication:
        proven = True
    approves = wanted == TC and proven and asked.get("8A") not in NO_HOST_ARCS
    return TC if approves else AAC


def _remember(card: CardState, cid: int) -> None:
    """Card risk management for the next transaction."""
    kept, proven = card.kept, card.session.issuer_authenticated
    kept.script_commands, kept.script_failed = 0, False
    kept.issuer_authentication_failed = proven is False
    if proven or cid == TC:
        kept.online_unfinished = False
        kept.last_online_atc = kept.atc


def _asked(dol: str, command: Apdu) -> dict[str, bytes]:
    values = split_by_dol(bytes.fromhex(dol), command.data)
    if values is None:
        raise Refused(SW.WRONG_LENGTH)
    return values


def _reply(
    card: CardState, command: Apdu, step: Step, asked: dict[str, bytes], cid: int
) -> AcReply:
    kind = cid & TYPE_MASK
    first, second = (kind, NOT_YET) if step is Step.AC1 else (ARQC, kind)
    results = cvr(card.session, card.kept, card.memory.pin_tries, first, second)
    return AcReply(
        step=step,
        cid=cid,
        cryptogram=cryptogram_over(card, asked, results),
        results=results,
        unpredictable=asked.get("9F37", b""),
        cdol2_data=command.data if step is Step.AC2 else b"",
        signs=bool(command.p1 & CDA_WANTED) and kind != AAC,
    )
