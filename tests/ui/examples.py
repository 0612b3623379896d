"""One believable view for every page, and the more delicate moments. All names are invented."""

from __future__ import annotations

from dataclasses import replace

from terminal.feed.views import (
    AFTER_RESTART,
    Alert,
    Bar,
    BatchView,
    DealView,
    Lack,
    Lamp,
    Page,
    PersonView,
    SideView,
    TierView,
    Today,
    TodayItem,
    View,
)
from terminal.ui.state import Keyed, Theme, UiState, Where

AT_MS = 1_795_397_460_000  # 2026-11-23 09:31:00 in Shanghai
PHONE = "000-12345"
CARD = "622999*********2343"

BAR = Bar(
    station="桃源村服务站",
    terminal="44010001",
    operator="01",
    operator_name="王芳",
    link=Lamp.GOOD,
    paper=Lamp.GOOD,
    pad=Lamp.GOOD,
    reader=Lamp.GOOD,
    reversals_open=0,
)
TROUBLED_BAR = replace(
    BAR,
    link=Lamp.TROUBLE,
    paper=Lamp.TROUBLE,
    pad=Lamp.OFF,
    reader=Lamp.TROUBLE,
    reversals_open=1,
)
NOBODY = replace(BAR, operator="", operator_name="")

WITHDRAWAL = DealView(
    service="withdrawal",
    amount_fen=30000,
    card=CARD,
    trace=104,
    notes=((10000, 3),),
    min_fen=1000,
    max_fen=200000,
    step_fen=1000,
    wait_s=60,
    since_ms=AT_MS - 3400,
)
PERSON = PersonView(
    number="110***********0013",
    name="李秀兰",
    status="A",
    township="桃源镇",
    paid=((2024, 20000), (2025, 20000)),
    account_fen=46000,
    subsidy_fen=3000,
)
UNCHECKED = replace(PERSON, name=PERSON.number, status="?", township="", paid=(), account_fen=0)
TIERS = tuple(
    TierView(tier_fen=fen, left_fen=fen, monthly_fen=5500 + fen // 7)
    for fen in (10000, 20000, 30000, 40000, 50000)
)
TWELVE_TIERS = tuple(
    TierView(tier_fen=fen, left_fen=fen, monthly_fen=5500 + fen // 7)
    for fen in (*range(10000, 110000, 10000), 150000, 200000)
)
CONTRIBUTION = DealView(
    service="contribution_card",
    amount_fen=20000,
    card=CARD,
    trace=106,
    year=2026,
    tier_fen=20000,
    payer="1",
    wait_s=60,
    person=PERSON,
)
IN_CASH = replace(CONTRIBUTION, service="contribution_cash", card="", in_cash=True)
ASKED = DealView(service="contribution_query")


def view(page: Page, deal: DealView | None = None, **changes: object) -> View:
    plain = View(
        serial=7,
        page=page,
        at_ms=AT_MS,
        bar=BAR,
        deal=deal,
        drawer_fen=426000,
        withdrawals=12,
        contributions=7,
        phone=PHONE,
    )
    return replace(plain, **changes)


OPEN_REVERSAL = Alert("reversal_open", AT_MS - 1140_000, 30000, CARD)

BATCH = BatchView(12, SideView(110_000, 3, 60_000, 2))
MISMATCH = replace(
    BATCH,
    theirs=SideView(80_000, 2, 60_000, 2),
    over=True,
    next_batch=13,
    differences=((104, 30_000, 0),),
    uploaded=5,
    slip="printed",
)
VIEWS: dict[Page, View] = {
    Page.LOCKED: view(Page.LOCKED, bar=NOBODY),
    Page.UNLOCK: view(Page.UNLOCK, bar=NOBODY),
    Page.OPEN_SHIFT: view(Page.OPEN_SHIFT),
    Page.HOME: view(
        Page.HOME,
        bar=replace(BAR, paper=Lamp.LOW),
        alerts=(OPEN_REVERSAL, Alert("paper_low")),
        others=(("02", "李强"), ("05", "周红")),
    ),
    Page.BLOCKED: view(
        Page.BLOCKED,
        replace(WITHDRAWAL, amount_fen=0, trace=0),
        bar=TROUBLED_BAR,
        lacks=(Lack("paper_out"), Lack("pad"), Lack("reversal_open")),
    ),
    Page.AMOUNT: view(Page.AMOUNT, replace(WITHDRAWAL, amount_fen=0, trace=0, card="", notes=())),
    Page.CARD: view(Page.CARD, replace(WITHDRAWAL, card="", trace=0)),
    Page.APPLICATION: view(
        Page.APPLICATION, replace(WITHDRAWAL, card="", trace=0, apps=("借记卡", "UnionPay Credit"))
    ),
    Page.CHIP: view(Page.CHIP, replace(WITHDRAWAL, trace=0)),
    Page.PIN: view(Page.PIN, replace(WITHDRAWAL, trace=0, fee_fen=150)),
    Page.LEAVING: view(Page.LEAVING, WITHDRAWAL),
    Page.WAIT: view(Page.WAIT, WITHDRAWAL),
    Page.APPROVED: view(Page.APPROVED, replace(WITHDRAWAL, slip="printed")),
    Page.DECLINED: view(
        Page.DECLINED, replace(WITHDRAWAL, code="51", code_text="可用余额不足", rrn="326112000104")
    ),
    Page.NOT_SENT: view(Page.NOT_SENT, replace(WITHDRAWAL, reason="unreachable")),
    Page.UNKNOWN: view(
        Page.UNKNOWN,
        replace(
            WITHDRAWAL,
            trace=105,
            waited_s=60,
            reversal_tries=2,
            reversal_next_ms=AT_MS + 185_000,
        ),
    ),
    Page.STOPPED: view(Page.STOPPED, replace(WITHDRAWAL, trace=0, reason="chip")),
    Page.CANCELLED: view(Page.CANCELLED, replace(WITHDRAWAL, reversal_tries=1)),
    Page.PERSON: view(Page.PERSON, ASKED),
    Page.ECHO: view(Page.ECHO, replace(ASKED, person=PERSON)),
    Page.YEAR: view(Page.YEAR, replace(ASKED, person=PERSON, years=(2026, 2025))),
    Page.TIER: view(Page.TIER, replace(ASKED, year=2026, tiers=TIERS)),
    Page.PAYER: view(Page.PAYER, replace(CONTRIBUTION, trace=0)),
    Page.MEANS: view(Page.MEANS, replace(CONTRIBUTION, trace=0)),
    Page.COUNT: view(Page.COUNT, replace(IN_CASH, trace=0)),
    Page.QUEUED: view(Page.QUEUED, replace(IN_CASH, receipt_number="", slip="printed")),
    Page.VOUCHER: view(
        Page.VOUCHER, replace(IN_CASH, receipt_number="2026101000123", slip="printed")
    ),
    Page.SETTLEMENT: view(Page.SETTLEMENT, batch=BATCH),
    Page.BALANCE: view(
        Page.BALANCE, DealView(service="balance", card=CARD, trace=107, balance_fen=123456)
    ),
}

MOMENTS: dict[str, View] = {
    "settlement_under_way": view(Page.SETTLEMENT, batch=replace(BATCH, stage="sent")),
    "settlement_unanswered": view(Page.SETTLEMENT, batch=replace(BATCH, stage="owed")),
    "settlement_balanced": view(
        Page.SETTLEMENT, batch=replace(BATCH, theirs=BATCH.ours, over=True, next_batch=13)
    ),
    "settlement_not_balanced": view(Page.SETTLEMENT, batch=MISMATCH),
    "home_settling": view(Page.HOME, alerts=(Alert("settling"),)),
    "blocked_while_settling": view(Page.BLOCKED, lacks=(Lack("settling"), Lack("forwarding"))),
    "locked_after_the_shift": replace(VIEWS[Page.LOCKED], note="shift_closed"),
    "locked_for_the_next_one": replace(VIEWS[Page.LOCKED], note="handed_over 02"),
    "open_shift_refused": replace(VIEWS[Page.OPEN_SHIFT], note="count"),
    "home_cash_delivered": view(Page.HOME, note="delivered 500000"),
    "home_exception_closed": view(Page.HOME, note="closed"),
    "home_technician_wrong": view(
        Page.HOME, note="wrong 3", alerts=(Alert("exception", AT_MS - 90_000_000, 20000, CARD),)
    ),
    "home_reversal_answered": view(Page.HOME, alerts=(replace(OPEN_REVERSAL, detail="64"),)),
    "home_no_such_operator": view(Page.HOME, note="to"),
    "locked_wrong_pin": replace(VIEWS[Page.LOCKED], note="wrong 4"),
    "locked_out": replace(VIEWS[Page.LOCKED], note=f"locked {AT_MS + 900_000}"),
    "locked_for_good": replace(VIEWS[Page.LOCKED], note="blocked"),
    "unlock_done": replace(VIEWS[Page.UNLOCK], note="unlocked 03"),
    "unlock_nobody": replace(VIEWS[Page.UNLOCK], note="nobody 57"),
    "blocked_for_an_agent": view(Page.BLOCKED, lacks=(Lack("role"),)),
    "year_while_the_line_is_down": view(
        Page.YEAR, replace(ASKED, person=UNCHECKED, years=(2026, 2025))
    ),
    "count_while_the_line_is_down": view(Page.COUNT, replace(IN_CASH, trace=0, person=UNCHECKED)),
    "card_bad_swipe": view(
        Page.CARD, replace(WITHDRAWAL, card="", trace=0, tries=2, reason="bad_swipe")
    ),
    "card_for_balance": view(Page.CARD, DealView(service="balance")),
    "wait_for_cash_contribution": view(Page.WAIT, replace(IN_CASH, since_ms=AT_MS - 12_000)),
    "queued_and_booked": view(Page.QUEUED, replace(IN_CASH, code="00", slip="printed")),
    "queued_and_refused": view(Page.QUEUED, replace(IN_CASH, code="P2", slip="printed")),
    "approved_before_the_power_cut": view(
        Page.APPROVED, replace(WITHDRAWAL, reason=AFTER_RESTART, slip="printed")
    ),
    "declined_before_the_power_cut": view(
        Page.DECLINED,
        replace(WITHDRAWAL, reason=AFTER_RESTART, code="51", code_text="可用余额不足"),
    ),
    "approved_without_paper": view(Page.APPROVED, replace(WITHDRAWAL, slip="paper_out")),
    "unknown_answered_otherwise": view(
        Page.UNKNOWN,
        replace(WITHDRAWAL, reversal_tries=3, reversal_next_ms=AT_MS + 60_000, reversal_code="64"),
    ),
    "unknown_being_tried": view(Page.UNKNOWN, replace(WITHDRAWAL, reversal_tries=1)),
    "unknown_cash_contribution": view(
        Page.UNKNOWN, replace(IN_CASH, reversal_tries=1, reversal_next_ms=AT_MS + 2000)
    ),
    "unknown_reversed": view(Page.UNKNOWN, replace(WITHDRAWAL, reversed=True)),
    "declined_wrong_pin": view(Page.DECLINED, replace(WITHDRAWAL, code="55", code_text="密码错")),
    "declined_cash_contribution": view(
        Page.DECLINED,
        replace(
            IN_CASH, code="P2", code_text="该年度已缴费", paid_already="2026-03-01 10:12 44010009"
        ),
    ),
    "stopped_balance_without_answer": view(
        Page.STOPPED, DealView(service="balance", card=CARD, reason="no_answer")
    ),
    "tier_of_twelve": view(Page.TIER, replace(ASKED, year=2026, tiers=TWELVE_TIERS)),
    "tier_partly_paid": view(
        Page.TIER, replace(ASKED, year=2026, tiers=(TierView(20000, 15000, 8377),))
    ),
    "home_with_everything_wrong": view(
        Page.HOME,
        bar=TROUBLED_BAR,
        alerts=(
            OPEN_REVERSAL,
            Alert("exception", AT_MS - 9_000_000, 20000, CARD),
            Alert("cash_unconfirmed", AT_MS - 60_000, 10000, CARD),
            Alert("signed_out"),
            Alert("device", detail="printer"),
            Alert("clock"),
            Alert("paper_low"),
        ),
    ),
}

TODAY = Today(
    number=1,
    items=(
        TodayItem(
            31,
            AT_MS,
            "01",
            "withdrawal",
            30000,
            CARD,
            105,
            "unknown",
            "",
            "",
            ("09:33:01  已发出取款请求", "09:34:01  银行没有答复，要求取消"),
            open=True,
        ),
        TodayItem(
            24,
            AT_MS - 600_000,
            "01",
            "contribution_cash",
            20000,
            "110***********0013",
            104,
            "approved",
            "00",
            "taken",
            ("09:21:00 已发出缴费请求", "09:21:02 银行同意"),
        ),
        TodayItem(
            18,
            AT_MS - 900_000,
            "01",
            "withdrawal",
            50000,
            CARD,
            103,
            "approved",
            "00",
            "handed",
            (
                "09:16:00  发出请求：取款，流水 000103，金额 ￥500.00，622999*********2343",
                "09:16:02  银行答复 00 承兑或交易成功，参考号 326112000103",
                "09:16:03  打印小票：商户存根，第 1 次",
                "09:16:40  现金已付 ￥500.00",
            ),
        ),
        TodayItem(15, AT_MS - 1_200_000, "01", "balance", 0, CARD, 102, "approved", "00", "", ()),
        TodayItem(
            11,
            AT_MS - 1_500_000,
            "01",
            "withdrawal",
            200000,
            CARD,
            101,
            "declined",
            "51",
            "",
            ("09:06:00 已发出取款请求", "09:06:03 银行拒绝：可用余额不足（51）"),
        ),
    ),
)

IN_WORDS = (
    "09:16:00  发出请求：取款，流水 000103，金额 ￥500.00，622999*********2343",
    "09:17:00  没有可靠的答复（没有收到），结果未知，须冲正",
    "09:17:01  第 1 次发出冲正",
    "09:17:02  冲正答复 25 没有原始交易",
    "09:17:02  列为异常（冲正太晚，待银行查明）",
    "09:17:02  发出对账单查询",
    "09:17:03  银行答复对账单查询：已记账",
)
TOO_LATE = replace(
    TODAY.items[2],
    tx=41,
    at_ms=AT_MS - 86_400_000,
    outcome="exception",
    cash="",
    code="",
    facts=IN_WORDS,
    open=True,
    trouble="reversal_too_late",
)
REFUSED_LATER = replace(
    TODAY.items[1],
    tx=42,
    outcome="declined",
    code="P2",
    open=True,
    trouble="queued_refused",
    facts=(
        "09:21:00  现金缴费待上传，流水 000104，金额 ￥200.00，110***********0013",
        "09:21:00  收到现金 ￥200.00",
        "09:29:02  银行答复 P2 该年度已缴费",
        "09:29:02  列为异常（待上传的缴费被银行拒绝）",
    ),
)
OPEN_MATTERS = (TODAY.items[0], REFUSED_LATER, TODAY.items[2], TOO_LATE)
SETTLED = (
    replace(TOO_LATE, open=False, trouble="", closed="reference"),
    replace(REFUSED_LATER, open=False, trouble="", closed="cash returned", cash="handed"),
)

MANY = tuple(
    replace(TODAY.items[2], tx=100 + place, at_ms=AT_MS - place * 300_000, trace=120 - place)
    for place in range(19)
)

HERE = UiState(connected=True)


def _one(items: tuple[TodayItem, ...], chosen: int, **changes: object) -> tuple[View, UiState]:
    state = replace(HERE, where=Where.TODAY_ONE, today=items, chosen=chosen)
    return VIEWS[Page.HOME], replace(state, **changes)


def _count(errand: str, counts: tuple[int, ...]) -> tuple[View, UiState]:
    """The drawer should hold 4,260 yuan."""
    state = replace(HERE, where=Where.SHIFT_COUNT, errand=errand, operator="02", counts=counts)
    return VIEWS[Page.HOME], state


def _cash(errand: str, yuan: str, problem: str = "") -> tuple[View, UiState]:
    state = replace(HERE, where=Where.CASH_MOVED, errand=errand, problem=problem)
    return VIEWS[Page.HOME], replace(state, typed=Keyed(yuan))


OWN_PAGES: dict[str, tuple[View | None, UiState]] = {
    "connecting": (None, UiState()),
    "connection_lost": (VIEWS[Page.APPROVED], UiState(connected=False)),
    "operator_number_keyed": (VIEWS[Page.LOCKED], replace(HERE, typed=Keyed("01"))),
    "unlock_number_keyed": (VIEWS[Page.UNLOCK], replace(HERE, typed=Keyed("03"))),
    "operator_number_short": (VIEWS[Page.LOCKED], replace(HERE, problem="operator")),
    "operator_pin": (
        VIEWS[Page.LOCKED],
        replace(HERE, where=Where.OPERATOR_PIN, operator="01", typed=Keyed("13572468")),
    ),
    "amount_keyed": (VIEWS[Page.AMOUNT], replace(HERE, typed=Keyed("300"))),
    "amount_odd": (VIEWS[Page.AMOUNT], replace(HERE, typed=Keyed("305"), problem="amount_step")),
    "amount_high": (VIEWS[Page.AMOUNT], replace(HERE, typed=Keyed("2500"), problem="amount_max")),
    "why_not_handed": (VIEWS[Page.APPROVED], replace(HERE, where=Where.WHY_NOT_HANDED)),
    "wait_later": (VIEWS[Page.WAIT], replace(HERE, age_ms=20_000)),
    "person_half": (VIEWS[Page.PERSON], replace(HERE, typed=Keyed("1101011990"))),
    "person_wrong": (
        VIEWS[Page.PERSON],
        replace(HERE, typed=Keyed("11010119900307751X"), problem="id_check"),
    ),
    "part_of_tier": (VIEWS[Page.TIER], replace(HERE, where=Where.PART, chosen=1)),
    "part_keyed": (
        VIEWS[Page.TIER],
        replace(HERE, where=Where.PART, chosen=1, typed=Keyed("120")),
    ),
    "today": (VIEWS[Page.HOME], replace(HERE, where=Where.TODAY, today=TODAY.items)),
    "today_empty": (VIEWS[Page.HOME], replace(HERE, where=Where.TODAY, today=())),
    "today_second_page": (
        VIEWS[Page.HOME],
        replace(HERE, where=Where.TODAY, today=MANY, chosen=9),
    ),
    "today_with_open_matters": (
        VIEWS[Page.HOME],
        replace(HERE, where=Where.TODAY, today=OPEN_MATTERS),
    ),
    "today_only_open": (
        VIEWS[Page.HOME],
        replace(HERE, where=Where.TODAY, today=OPEN_MATTERS, only_open=True, chosen=1),
    ),
    "today_nothing_open": (
        VIEWS[Page.HOME],
        replace(HERE, where=Where.TODAY, today=MANY, only_open=True),
    ),
    "today_one_unknown": _one(OPEN_MATTERS, 0),
    "today_one_refused": _one(OPEN_MATTERS, 1),
    "today_one_too_late": _one(OPEN_MATTERS, 3),
    "today_one_closed_by_letter": _one(SETTLED, 0),
    "today_one_given_back": _one(SETTLED, 1),
    "closing_cash_back": _one(OPEN_MATTERS, 1, where=Where.CASH_BACK),
    "closing_reference": _one(OPEN_MATTERS, 3, where=Where.REFERENCE, typed=Keyed("90017")),
    "closing_reference_short": _one(
        OPEN_MATTERS, 3, where=Where.REFERENCE, typed=Keyed("90"), problem="reference"
    ),
    "closing_technician": _one(
        OPEN_MATTERS, 3, where=Where.TECHNICIAN, reference="90017", typed=Keyed("7")
    ),
    "closing_technician_pin": _one(
        OPEN_MATTERS,
        3,
        where=Where.TECHNICIAN_PIN,
        reference="90017",
        operator="77",
        typed=Keyed("135724"),
    ),
    "open_shift_first_kind": (VIEWS[Page.OPEN_SHIFT], replace(HERE, typed=Keyed("80"))),
    "open_shift_last_kind": (VIEWS[Page.OPEN_SHIFT], replace(HERE, counts=(40, 2, 0, 15, 0, 7))),
    "open_shift_counted": (VIEWS[Page.OPEN_SHIFT], replace(HERE, counts=(40, 2, 1, 15, 4, 7, 3))),
    "shift_menu": (VIEWS[Page.HOME], replace(HERE, where=Where.SHIFT)),
    "shift_to": (VIEWS[Page.HOME], replace(HERE, where=Where.SHIFT_TO, typed=Keyed("0"))),
    "shift_to_nobody": (
        VIEWS[Page.HOME],
        replace(HERE, where=Where.SHIFT_TO, problem="nobody", typed=Keyed("")),
    ),
    "shift_to_when_alone": (MOMENTS["home_exception_closed"], replace(HERE, where=Where.SHIFT_TO)),
    "shift_count": _count("close_shift", ()),
    "shift_count_on_the_way": _count("close_shift", (40, 2)),
    "shift_count_fits": _count("close_shift", (40, 2, 5, 6, 0, 0, 0)),
    "shift_count_too_little": _count("close_shift", (39, 2, 5, 6, 0, 0, 0)),
    "shift_count_too_much": _count("hand_over", (40, 2, 5, 6, 0, 0, 5)),
    "shift_count_fits_for_the_next": _count("hand_over", (40, 2, 5, 6, 0, 0, 0)),
    "shift_cash_delivered": _cash("delivered", "5000"),
    "shift_cash_banked": _cash("banked", "", "empty"),
    "shift_cash_banked_too_much": _cash("banked", "9000", "amount_drawer"),
    "today_one": (
        VIEWS[Page.HOME],
        replace(HERE, where=Where.TODAY_ONE, today=TODAY.items, chosen=2),
    ),
    "help": (VIEWS[Page.HOME], replace(HERE, where=Where.HELP, theme=Theme.NIGHT)),
    "tips": (VIEWS[Page.HOME], replace(HERE, where=Where.TIPS)),
}

EVERYTHING: dict[str, tuple[View | None, UiState]] = (
    {page.value: (shown, HERE) for page, shown in VIEWS.items()}
    | {name: (shown, HERE) for name, shown in MOMENTS.items()}
    | OWN_PAGES
)
FAMILIES: dict[str, tuple[str, ...]] = {
    "opening": ("locked", "unlock", "operator", "open_shift", "home", "connect", "blocked"),
    "withdrawal": (
        "amount",
        "card",
        "application",
        "pin",
        "chip",
        "leaving",
        "wait",
        "approved",
        "why",
        "cancelled",
    ),
    "refused": ("declined", "not_sent", "stopped", "unknown"),
    "contribution": (
        "person",
        "echo",
        "year",
        "tier",
        "part",
        "payer",
        "means",
        "count",
        "queued",
        "voucher",
    ),
    "shift": ("settlement", "shift", "closing"),
    "reading": ("balance", "today", "help", "tips"),
}  # each a golden file: the pages whose names begin so
