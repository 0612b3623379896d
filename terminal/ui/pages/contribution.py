"""A contribution: whose (the villager confirms it), for which year, which tier, by whom and how."""

from __future__ import annotations

from dataclasses import replace

from terminal.feed.views import Act, DealView, TierView, View
from terminal.i18n import Translate, texts
from terminal.ui import kinds, phrases, sentences
from terminal.ui.identity import GROUPS, grouped, identity_problem
from terminal.ui.pages.deal_line import aside, heading
from terminal.ui.sheet import (
    ENTER,
    ESCAPE,
    Become,
    Big,
    Block,
    Choices,
    Frame,
    Input,
    Key,
    Lines,
    Move,
    Pairs,
    Problem,
    Question,
    Send,
    Sheet,
    Takes,
    Tone,
)
from terminal.ui.state import NOTHING, UiState, Where

PAID_YEARS_SHOWN = 5
CHOICE_DIGITS = "123456789"
CHOICES_ON_DIGITS = len(CHOICE_DIGITS)


def person(view: View, state: UiState) -> Sheet:
    _ = texts(state.language)
    assert view.deal is not None
    typed = state.typed.reveal()
    wrong = identity_problem(typed)
    enter: Move = Become(replace(state, problem=wrong)) if wrong else Send(Act.PERSON, typed)
    return Sheet(
        title=phrases.service(view.deal, _),
        blocks=(
            Question(_("参保人的身份证号？")),
            Big(grouped(typed)),
            *_problem(view, state, _),
            Lines(
                (_("共 {length} 位，最后一位是 X 时按 * 或小数点。").format(length=sum(GROUPS)),)
            ),
        ),
        keys=(Key(ENTER, _("下一步"), enter), _cancel(_)),
        hint=_("0–9 输入   退格 删除"),
        input=Input(Takes.IDENTITY, sum(GROUPS)),
    )


def echo(view: View, state: UiState) -> Sheet:
    """The bank's echo; the villager says whether it is the right person."""
    _ = texts(state.language)
    deal = view.deal
    assert deal is not None
    assert deal.person is not None
    who = deal.person
    paid = _("，").join(
        _("{year} 年 {amount}").format(year=year, amount=phrases.amount(fen))
        for year, fen in sorted(who.paid, reverse=True)[:PAID_YEARS_SHOWN]
    )
    rows = (
        (_("姓名"), who.name),
        (_("身份证号"), who.number),
        (_("状态"), phrases.word(sentences.STATUSES, who.status, _)),
        (_("乡镇"), who.township),
        (_("已缴"), paid or _("还没有缴过")),
        (_("个人账户"), phrases.amount(who.account_fen)),
        (_("政府补贴"), _("每年 {amount}").format(amount=phrases.amount(who.subsidy_fen))),
    )
    return Sheet(
        title=phrases.service(deal, _),
        blocks=(
            Question(_("请客户核对：是这个人吗？")),
            Pairs(rows),
            Lines((_("念给客户听，客户说对才按回车。"),)),
        ),
        keys=(Key(ENTER, _("是这个人"), Send(Act.CONFIRM)), _cancel(_)),
    )


def year(view: View, state: UiState) -> Sheet:
    _ = texts(state.language)
    deal = view.deal
    assert deal is not None
    current = phrases.local_year(view.at_ms)
    choices = tuple(
        Key(
            digit,
            (_("{year} 年（今年）") if year == current else _("{year} 年（补缴）")).format(
                year=year
            ),
            Send(Act.YEAR, str(year)),
        )
        for digit, year in zip(CHOICE_DIGITS, deal.years, strict=False)
    )
    return Sheet(
        title=phrases.service(deal, _),
        blocks=(
            *_unchecked(deal, _),
            Question(_("缴哪一年？")),
            Choices(choices),
            *_problem(view, state, _),
        ),
        keys=(_cancel(_),),
        hint=_("按数字选择"),
    )


def tier(view: View, state: UiState) -> Sheet:
    """By one digit; where the county has more tiers than digits, by number and Enter."""
    _ = texts(state.language)
    deal = view.deal
    assert deal is not None
    said = tuple(_tier(tier, _) for tier in deal.tiers)
    many = len(said) > CHOICES_ON_DIGITS
    chosen = tuple(
        Key(str(number), text, _to_part(state, number)) for number, text in enumerate(said, start=1)
    )
    typed = state.typed.reveal()
    picked = int(typed or "0")
    enter = _to_part(state, picked) if 1 <= picked <= len(said) else _empty(state)
    question = _("{year} 年，缴哪一档？").format(year=deal.year)
    return Sheet(
        title=phrases.service(deal, _),
        blocks=(
            Question(f"{question}  {typed}" if many else question),
            Choices(chosen),
            *_problem(view, state, _),
            Lines((_("每月可领是满 60 岁时的估算。"),)),
        ),
        keys=((Key(ENTER, _("下一步"), enter),) if many else ()) + (_cancel(_),),
        hint=_("输入序号") if many else _("按数字选择"),
        input=Input(Takes.DIGITS, len(str(len(said)))) if many else Input(),
    )


def payer(view: View, state: UiState) -> Sheet:
    _ = texts(state.language)
    assert view.deal is not None
    choices = tuple(
        Key(code, _(text), Send(Act.PAYER, code)) for code, text in sentences.PAYERS.items()
    )
    return Sheet(
        title=heading(view.deal, _),
        blocks=(
            Question(_("谁来缴？缴费人是参保人的：")),
            Choices(choices),
            *_problem(view, state, _),
        ),
        keys=(_cancel(_),),
        hint=_("按数字选择"),
    )


def means(view: View, state: UiState) -> Sheet:
    _ = texts(state.language)
    assert view.deal is not None
    choices = (
        Key("1", _("刷卡"), Send(Act.MEANS, "card")),
        Key("2", _("现金"), Send(Act.MEANS, "cash")),
    )
    return Sheet(
        title=heading(view.deal, _),
        blocks=(Question(_("怎么缴？")), Choices(choices), *_problem(view, state, _)),
        keys=(_cancel(_),),
        hint=_("按数字选择"),
    )


def count(view: View, state: UiState) -> Sheet:
    """The cash is counted and lies on the counter before anything is sent."""
    _ = texts(state.language)
    deal = view.deal
    assert deal is not None
    where, done = _("现金先放在柜台上，银行同意后才收进钱箱。"), _("已点清，发送")
    if _is_unchecked(deal):
        where, done = _("网络不通：点清就收进钱箱，网络通后自动上传。"), _("已点清，收下")
    return Sheet(
        title=heading(deal, _),
        blocks=(
            Question(_("请当面点清客户的现金")),
            Big(phrases.amount(deal.amount_fen), phrases.capitals(deal.amount_fen)),
            Lines((_("看清真假，金额一分不差。"), where)),
        ),
        keys=(Key(ENTER, done, Send(Act.COUNTED)), _cancel(_)),
    )


def voucher(view: View, state: UiState) -> Sheet:
    _ = texts(state.language)
    deal = view.deal
    assert deal is not None
    rows = [(_("年度"), _("{year} 年").format(year=deal.year))]
    if deal.tier_fen:
        rows.append((_("档次"), _("{tier} 元").format(tier=phrases.whole_yuan(deal.tier_fen))))
    if deal.receipt_number:
        rows.append((_("收据号"), deal.receipt_number))
    slip = phrases.slip_line(view, deal, _)
    take = _("请把现金收进钱箱，把凭证交给客户。") if deal.in_cash else _("请把凭证交给客户。")
    framed = _("缴费成功   {amount}").format(amount=phrases.amount(deal.amount_fen))
    return Sheet(
        title=heading(deal, _),
        aside=aside(deal, _),
        blocks=(
            Frame(Tone.GO, (framed,)),
            Big(phrases.amount(deal.amount_fen), large_only=True),
            Pairs(tuple(rows)),
            Lines((take, *((slip,) if slip else ()))),
        ),
        keys=(
            Key("1", _("重打凭证"), Send(Act.PRINT_AGAIN)),
            Key(ENTER, _("完成"), Send(Act.DONE)),
            Key(ESCAPE, _("回首页"), Send(Act.DONE)),
        ),
    )


def _is_unchecked(deal: DealView) -> bool:
    """Taken without the bank: nobody has confirmed the person, and nothing is sent yet."""
    return deal.person is not None and deal.person.status == kinds.UNCHECKED


def _unchecked(deal: DealView, _: Translate) -> tuple[Block, ...]:
    if deal.person is None or not _is_unchecked(deal):
        return ()
    again = _("银行没有核对这个人，请照身份证再核对一遍：{number}")
    return (
        Frame(Tone.NOTICE, (_("网络不通，只能收现金，网络通后自动上传。"),)),
        Lines((again.format(number=deal.person.number),)),
    )


def _tier(tier: TierView, _: Translate) -> str:
    name = _("{tier} 元").format(tier=phrases.whole_yuan(tier.tier_fen))
    left = ""
    if tier.left_fen != tier.tier_fen:
        left = _("还差 {left}").format(left=phrases.amount(tier.left_fen))
    month = _("每月可领约 {amount}").format(amount=phrases.amount(tier.monthly_fen))
    return "   ".join(part for part in (name, month, left) if part)


def _to_part(state: UiState, number: int) -> Become:
    chosen = replace(state, where=Where.PART, chosen=number - 1, typed=NOTHING, problem="")
    return Become(chosen)


def _empty(state: UiState) -> Become:
    return Become(replace(state, problem="empty", typed=NOTHING))


def _problem(view: View, state: UiState, _: Translate) -> tuple[Block, ...]:
    if state.problem:
        length = len(state.typed)
        return (Problem(_(sentences.INPUT[state.problem]).format(length=length)),)
    if view.deal and view.deal.reason:
        what = phrases.told(sentences.REASONS, view.deal.reason, view, _)[0]
        if view.deal.paid_already:
            what = phrases.joined(what, _("（{paid}）").format(paid=view.deal.paid_already))
        return (Problem(what),)
    return ()


def _cancel(_: Translate) -> Key:
    return Key(ESCAPE, _("取消"), Send(Act.CANCEL))
