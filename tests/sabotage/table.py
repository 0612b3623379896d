"""The sabotage table: for every invariant deliberate faults, and who must catch each by which rule.

The worlds are as bad as it takes for a fault to show soon; each is also played without the fault.
"""

from __future__ import annotations

from dataclasses import replace

from tests.crash import rules, scripts
from tests.crash.shop import Shop
from tests.sabotage import engines, journals, lines, papers, reversals, settlements
from tests.sabotage.enumerated import Enumerated
from tests.sabotage.reopened import Reopened
from tests.sabotage.reversals import reversing_by
from tests.sabotage.row import Invariant, Row
from tests.sabotage.simulated import Simulated
from tests.sabotage.verified import Verified
from tests.sim.run import Play
from tests.sim.station import Parts
from tests.sim.villagers import BALANCE, CONTRIBUTION, WITHDRAWAL

I1, I2, I3, I4, I5, I6, I7, I8 = Invariant
ANYWHERE_SEEDS = 80
CASH, PENSION = (WITHDRAWAL,), (CONTRIBUTION,)

CALM = Play(20, {}, CASH)
CALM_PENSIONS = Play(20, {}, PENSION)
BALANCES = Play(10, {}, (BALANCE,))
BOOKED_UNHEARD = Play(40, {"drop_after": 0.1})
NEVER_ARRIVED = Play(40, {"drop_before": 0.1})
NOTHING_HEARD = Play(40, {"drop_after": 0.5}, CASH)
DAY_CUT = Play(100, {"drop_after": 0.15, "day_cut": 0.15}, CASH)
ERROR_PAGES = Play(60, {"http_500": 0.6}, (WITHDRAWAL, BALANCE))
NOT_UNDONE = Play(60, {"decline": 0.5, "not_handed": 0.5}, CASH)
NOT_HANDED = Play(20, {"not_handed": 0.3}, CASH)
LATE_REPLIES = Play(60, {"late": 0.3, "drop_before": 0.1}, CASH)
HASTY_KEYS = Play(60, {"key_twice": 0.5, "stale_view": 0.3, "not_handed": 0.2}, CASH)
LINE_DOWN = Play(60, {"line_down": 0.02, "drop_after": 0.3}, PENSION)
OLD_DISKS = Play(60, {"power": 0.05, "disk_rolled_back": 1.0}, CASH)
RESTARTS = Play(40, {"kill_engine": 0.05}, CASH)
POWER_CUTS = Play(60, {"power": 0.2, "delay": 0.9}, CASH)
UNHEARD_AND_POWER = Play(60, {"drop_before": 0.4, "power": 0.1}, (WITHDRAWAL, BALANCE))
SETTLED = Play(60, {"day_cut": 0.1})
MISCOUNTED = Play(60, {"day_cut": 0.1, "miscount": 1.0})
SETTLED_UNHEARD = Play(60, {"day_cut": 0.1, "drop_before": 0.3}, CASH)
TORN_SLIPS = Play(60, {"power_in_append": 0.05, "two_screens": 1.0, "printer.late": 0.3}, PENSION)
TWO_COPIES = Play(60, {"two_screens": 0.5, "printer.late": 0.3})
UNKNOWN_CASH = Play(40, {"drop_after": 0.1}, CASH)
WRONG_MACS = Play(30, {"bad_mac": 0.3})
WRONG_SIGNATURES = Play(30, {"bad_signature": 0.2, "unsigned": 0.2})


def sent(change: lines.Change) -> Parts:
    return Parts(performers=lines.sending(change))


def erases_open_batch(shop: Shop) -> None:
    shop.erase("card-000013")


# fmt: off
SOON: tuple[Row, ...] = (
    # --- I1
    Row(I1, "books_agree", "a lost reply is taken for a decline, and the debit stands",
        Simulated(BOOKED_UNHEARD, Parts(link=lines.TakesSilenceForNo)), anywhere=4),
    Row(I1, "books_agree", "the bank is asked for ten yuan more than the fact says",
        Simulated(CALM, Parts(link=lines.AsksForMore))),
    Row(I1, "books_agree", "a reversal names another trace than its request",
        Simulated(BOOKED_UNHEARD, sent(lines.reversing_another))),
    Row(I1, "books_agree", "25 after the day cut counts as undone",
        Simulated(DAY_CUT, Parts(engine=reversing_by(reversals.TAKES_25_FOR_UNDONE))),
        anywhere=37),
    Row(I1, "drawer_holds", "cash that comes into the drawer is written down twice",
        Simulated(CALM_PENSIONS, Parts(engine=engines.TakesTwice))),
    Row(I1, "totals_agree", "a debit that was undone stays in the totals",
        Simulated(NOT_HANDED, Parts(engine=engines.CountsUndone))),
    Row(I1, "settlements_agree", "a booking is in no settlement",
        Simulated(SETTLED, Parts(engine=settlements.CountsOneLess))),

    # --- I2
    Row(I2, "no_cash_on_hope", "请付现金 is on the screen before the answer is on the disk",
        Simulated(CALM, Parts(engine=engines.TellsFirst))),
    Row(I2, "paper_tells_the_truth", "持卡人联 is printed before the answer is on the disk",
        Simulated(CALM, Parts(engine=engines.PrintsFirst, compose=papers.approves))),
    Row(I2, "no_cash_on_hope", "the answer is written with the next facts",
        Enumerated("cash-handed", journal="late")),
    Row(I2, "paid_cash_stays_paid", "the journal leaves its syncs to the system",
        Enumerated("cash-handed", journal="careless")),

    # --- I3
    Row(I3, "sequence_only_rises", "what was not answered is sent again below the engine",
        Simulated(BOOKED_UNHEARD, Parts(link=lines.Repeats)), anywhere=1),
    Row(I3, "every_request_has_its_fact", "it is sent again below the engine under a new number",
        Simulated(BOOKED_UNHEARD, Parts(link=lines.RepeatsAsNew))),
    Row(I3, "traces_are_used_once", "a trace is used for every transaction",
        Simulated(BALANCES, Parts(engine=engines.ReusesTraces))),
    Row(I3, "traces_are_used_once", "a request is written with the next facts: its trace returns",
        Enumerated("reply-lost", journal="late")),
    Row(I3, "no_money_while_in_doubt", "the next villager is served while a reversal is owed",
        Simulated(NOTHING_HEARD, Parts(engine=engines.ServesInDoubt)), anywhere=3),
    Row(I3, "books_agree", "a queued contribution is repeated under a new trace",
        Simulated(LINE_DOWN, sent(lines.with_new_trace), start=26)),
    Row(I3, "books_agree", "a queued contribution is repeated under a new idempotency key",
        Simulated(LINE_DOWN, sent(lines.with_new_key), start=26)),
    Row(I3, "drawer_holds", "a key counts twice, and on a page that is gone",
        Simulated(HASTY_KEYS, Parts(engine=engines.HearsOldKeys))),
    Row(I3, "no_money_while_settling", "the next villager is served while a batch is being settled",
        Simulated(SETTLED_UNHEARD, Parts(engine=settlements.ServesWhileSettling))),

    # --- I4
    Row(I4, "every_request_has_its_fact", "a request leaves, then its fact is written",
        Simulated(CALM, Parts(engine=engines.SendsFirst, performers=lines.at_once))),
    Row(I4, "every_request_has_its_fact", "an echo goes to the bank of which no fact tells",
        Simulated(CALM, Parts(performers=lines.listens_to_the_line))),
    Row(I4, "every_request_has_its_fact", "a POST goes out again under a number that no fact has",
        Simulated(CALM, Parts(letters=lines.posts_twice))),
    Row(I4, "nothing_disappears", "a fact is left out",
        Simulated(RESTARTS, Parts(journal=journals.LeavesOut))),
    Row(I4, "nothing_disappears", "a fact is written otherwise than it was told",
        Simulated(CALM, Parts(journal=journals.Rounds))),
    Row(I4, "every_request_has_its_fact", "the log of the journal is not synced",
        Enumerated("reply-lost", deaf="journal.sqlite-wal")),
    Row(I4, "journal verify", "a fact is changed in its place",
        Verified(journals.Amends)),
    Row(I4, "journal verify", "old facts are dropped to save room",
        Verified(journals.Thins)),
    Row(I4, "journal verify", "the last facts are forgotten, and that they were there",
        Verified(journals.CutsItsTail, witnessed=True)),
    Row(I4, "a_rolled_back_disk_locks", "an old disk does business, whatever the bank says of it",
        Simulated(OLD_DISKS, Parts(engine=engines.IgnoresWitness)), anywhere=2),
    Row(I4, "a_rolled_back_disk_locks", "the bank's word on head and numbers is made up",
        Simulated(OLD_DISKS, Parts(link=lines.HidesUsedNumbers, letters=lines.says_witnessed))),
    Row(I4, "the_bank_has_our_head", "no head ever goes to the bank",
        Simulated(OLD_DISKS, Parts(engine=engines.KeepsHeads))),
    Row(I4, "details_agree", "the last booking of an upload is forgotten",
        Simulated(MISCOUNTED, sent(settlements.ending_at_once))),
    Row(I4, "details_agree", "the card keys of a batch are destroyed before its upload",
        Simulated(MISCOUNTED, sent(settlements.without_cards))),

    # --- I5
    Row(I5, "doubt_ends", "a reversal is dropped after three tries",
        Simulated(ERROR_PAGES, Parts(engine=reversing_by(reversals.GIVES_UP)))),
    Row(I5, "books_agree", "a reversal counts as done after three tries",
        Simulated(NOT_UNDONE, Parts(engine=reversing_by(reversals.GIVES_UP_AS_UNDONE))),
        anywhere=16),
    Row(I5, "books_agree", "cash not handed over counts as undone without asking the bank",
        Simulated(NOT_HANDED, Parts(engine=reversing_by(reversals.NEVER_ASKS)))),
    Row(I5, "books_agree", "an exception is closed without the bank's statement",
        Simulated(DAY_CUT, Parts(engine=reversing_by(reversals.CLOSES_UNASKED))), anywhere=37),
    Row(I5, "silence_is_doubt", "a restart forgets what was on its way to the bank",
        Simulated(POWER_CUTS, Parts(engine=engines.ForgetsRequests)), anywhere=6),
    Row(I5, "doubt_ends", "a restart forgets the reversals that are owed",
        Simulated(UNHEARD_AND_POWER, Parts(engine=engines.ForgetsDebts)), anywhere=6),
    Row(I5, "books_agree", "a late reply to the request is taken for the answer to its reversal",
        Simulated(LATE_REPLIES, Parts(engine=engines.BelievesLateReplies)), anywhere=27),
    Row(I5, "doubt_stays_in_sight", "the home page shows nothing of what is still open",
        Simulated(NOTHING_HEARD, Parts(engine=engines.HidesDoubt))),

    # --- I6
    Row(I6, "copies_say_so", "a copy does not say 重打印",
        Simulated(TWO_COPIES, Parts(compose=papers.never_again))),
    Row(I6, "copies_say_so", "a slip counts from the printer's word on, not before",
        Simulated(TWO_COPIES, Parts(engine=engines.ForgetsPaperInPrint))),
    Row(I6, "copies_say_so", "after a restart no slip is thought to be out that no fact knows of",
        Simulated(TORN_SLIPS, Parts(engine=engines.ForgetsPaperAtStart)), anywhere=17),
    Row(I6, "paper_tells_the_truth", "a slip says approved for an unknown",
        Simulated(BOOKED_UNHEARD, Parts(compose=papers.approves))),
    Row(I6, "paper_tells_the_truth", "a slip says undone while the reversal is owed",
        Simulated(BOOKED_UNHEARD, Parts(compose=papers.undoes))),
    Row(I6, "paper_tells_the_truth", "a slip shows another amount",
        Simulated(CALM, Parts(compose=papers.rounds))),
    Row(I6, "paper_tells_the_truth", "the code on an unknown slip says approved",
        Simulated(UNKNOWN_CASH, Parts(compose=papers.codes_approved))),

    # --- I7
    Row(I7, "secrets_stay_home", "a card number is logged",
        Simulated(CALM, sent(lines.logs_cards))),
    Row(I7, "secrets_stay_home", "a PIN block is logged",
        Simulated(CALM, sent(lines.logs_pin_blocks))),
    Row(I7, "secrets_stay_home", "a card number goes to the screens",
        Simulated(CALM, Parts(engine=engines.ShowsCards))),
    Row(I7, "secrets_stay_home", "an identity number is on the voucher",
        Simulated(CALM_PENSIONS, Parts(compose=papers.names_persons))),
    Row(I7, "secrets_stay_home", "a card number is written beside its sealed one",
        Simulated(CALM, Parts(engine=engines.WritesCards))),
    Row(I7, "reversals_keep_their_card", "the key of an open reversal is destroyed",
        Reopened(scripts.old_batch_open, erases_open_batch, rules.reversals_keep_their_card)),
    Row(I7, "doubt_ends", "erasable keys are kept in memory only",
        Simulated(UNHEARD_AND_POWER, Parts(vault=journals.ForgetfulVault))),
    Row(I7, "what is erased stays erased", "the vault is not synced: a destroyed key is back",
        Enumerated("keys-destroyed", deaf="/vault")),
    Row(I7, "secrets_stay_home", "a card number is logged at the level of the service's own lines",
        Simulated(CALM, sent(lines.logs_cards_quietly))),
    Row(I7, "secrets_stay_home", "sealed boxes hold the clear number",
        Simulated(CALM, Parts(vault=journals.Unsealed))),

    # --- I8
    Row(I8, "a_decline_is_the_banks", "a request that never arrived is taken for declined",
        Simulated(NEVER_ARRIVED, Parts(link=lines.TakesSilenceForNo))),
    Row(I8, "a_decline_is_the_banks", "结果未知 is shown as 交易未成功",
        Simulated(BOOKED_UNHEARD, Parts(engine=engines.ShowsDeclined))),
    Row(I8, "books_agree", "a page of an error is taken for a request that did not leave",
        Simulated(ERROR_PAGES, Parts(link=lines.TakesErrorPageForUnsent)), anywhere=1),
    Row(I8, "only_the_proved_is_an_answer", "an approval with a wrong MAC is believed",
        Simulated(WRONG_MACS, Parts(link=lines.BelievesAnyMac))),
    Row(I8, "only_the_proved_is_an_answer", "an approval without the bank's signature is believed",
        Simulated(WRONG_SIGNATURES, Parts(link=lines.BelievesAnySignature))),
)
# fmt: on


def anywhere(row: Row) -> Row:
    assert isinstance(row.trial, Simulated)
    trial = replace(row.trial, of=Play(), seeds=ANYWHERE_SEEDS, start=row.anywhere)
    return Row(row.invariant, row.rule, f"{row.says}: in the worlds of make sim", trial, slow=True)


ROWS = (*SOON, *(anywhere(row) for row in SOON if row.anywhere))
