"""What to tell the villager who comes back, the next day too (`money-safety.md`, "Reversals").

Of what only the bank can clear up nothing is promised: neither a refund nor a contribution.
"""

from __future__ import annotations

from terminal.feed.views import TodayItem, View
from terminal.i18n import N_, Translate
from terminal.ui import kinds

TELL: dict[tuple[str, str], str] = {  # (service, outcome)
    (kinds.WITHDRAWAL, kinds.UNKNOWN): N_(
        "请告诉客户：这笔还没有结果，系统一直在要求银行取消；卡里若少了钱，会自动退回。请勿补付现金。"
    ),
    (kinds.WITHDRAWAL, kinds.CANCELLING): N_(
        "请告诉客户：现金没有付，系统正在要求银行把钱退回卡里。请勿补付现金。"
    ),
    (kinds.WITHDRAWAL, kinds.REVERSED): N_(
        "请告诉客户：这笔已经取消，卡里没有少钱，少了的也已退回；要取款可以重新办。"
    ),
    (kinds.WITHDRAWAL, kinds.EXCEPTION): N_(
        "请告诉客户：这笔要等银行查明卡里有没有扣钱，请留好小票。查明以前请勿补付现金。"
    ),
    (kinds.CONTRIBUTION_CARD, kinds.UNKNOWN): N_(
        "请告诉客户：这次缴费还没有结果，系统一直在要求银行取消；卡里若少了钱，会自动退回。先不要再缴。"
    ),
    (kinds.CONTRIBUTION_CARD, kinds.REVERSED): N_(
        "请告诉客户：这次没有缴成，卡里没有少钱，少了的也已退回；要缴可以重新办。"
    ),
    (kinds.CONTRIBUTION_CARD, kinds.EXCEPTION): N_(
        "请告诉客户：这次缴费要等银行查明缴成没有，请留好小票。查明以前不要再缴。"
    ),
    (kinds.CONTRIBUTION_CASH, kinds.UNKNOWN): N_(
        "请告诉客户：这次缴费还没有结果，系统一直在要求银行取消；现金应已退还，没有退的马上退。先不要再缴。"
    ),
    (kinds.CONTRIBUTION_CASH, kinds.REVERSED): N_(
        "请告诉客户：这次没有缴成；现金应已退还，没有退的马上退。要缴可以重新办。"
    ),
    (kinds.CONTRIBUTION_CASH, kinds.EXCEPTION): N_(
        "请告诉客户：这次缴费要等银行查明缴成没有，请留好小票。查明以前不要再缴。"
    ),
    (kinds.CONTRIBUTION_CASH, kinds.QUEUED): N_(
        "请告诉客户：银行还不知道这笔缴费，网络通后自动上传；请留好临时小票，来换正式凭证。"
    ),
}
REFUSED = N_("请告诉客户：银行没有受理这笔缴费，没有缴成；请当面退还现金，收回临时小票。")
SETTLED = N_("这笔疑难交易已经按银行的答复了结，请照银行来函答复客户。")
BY_REFERENCE = "reference"  # clearing.BY_REFERENCE
ASK = N_("有疑问可拨打 {phone}。")


def to_tell(item: TodayItem, view: View, _: Translate) -> tuple[str, ...]:
    """The sentences kept ready; none where the outcome speaks for itself."""
    text = TELL.get((item.service, item.outcome), "")
    if item.closed == BY_REFERENCE:
        text = SETTLED
    elif item.trouble == kinds.QUEUED_REFUSED:
        text = REFUSED
    return (_(text), _(ASK).format(phone=view.phone)) if text else ()
