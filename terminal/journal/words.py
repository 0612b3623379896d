"""The words that a fact's fields hold, for people: closed sets of the core, one table a field."""

from __future__ import annotations

from collections.abc import Mapping

from terminal.i18n import N_
from terminal.i18n.answer_texts import TEXTS

SERVICES: Mapping[str, str] = {
    "sign_in": N_("签到"),
    "echo": N_("回响测试"),
    "withdrawal": N_("取款"),
    "balance": N_("查询余额"),
    "contribution_query": N_("缴费查询"),
    "contribution_card": N_("缴费（刷卡）"),
    "contribution_cash": N_("缴费（现金）"),
    "settlement": N_("批结算"),
    "batch_upload": N_("批上送"),
    "batch_end": N_("批上送结束"),
    "batch_end_balanced": N_("批上送结束"),
    "batch_chip": N_("批上送（芯片卡）"),
    "batch_chip_unbalanced": N_("批上送（芯片卡）"),
    "sign_out": N_("签退"),
    "pension_arrivals": N_("养老金到账"),
    "payee_query": N_("收款人查询"),
    "transfer": N_("转账汇款"),
    "remittance": N_("现金汇款"),
    "loss_report": N_("口头挂失"),
    "card_collection": N_("领卡登记"),
    "sms_notice": N_("短信签约"),
    "pin_change": N_("修改密码"),
    "identity_check": N_("联网核查"),
    "void": N_("撤销"),
    "script_result": N_("脚本通知"),
    "fee_table": N_("费率下载"),
    "parameters": N_("参数下载"),
    "parameters_end": N_("参数下载结束"),
    "status": N_("状态上送"),
    "ca_keys_query": N_("公钥查询"),
    "ca_key": N_("公钥下载"),
    "ca_keys_end": N_("公钥下载结束"),
    "aids_query": N_("应用参数查询"),
    "aid": N_("应用参数下载"),
    "aids_end": N_("应用参数下载结束"),
}
SLIPS: Mapping[str, str] = {  # facts.SlipKind
    "store_copy": N_("商户存根"),
    "customer_copy": N_("持卡人联"),
    "voucher": N_("缴费凭证"),
    "declined": N_("通知单（被拒绝）"),
    "unknown": N_("通知单（结果未知）"),
    "reversal": N_("冲正单"),
    "balance": N_("余额凭条"),
    "provisional": N_("待上传凭条"),
    "exception": N_("异常通知单"),
    "settlement": N_("结算单"),
    "shift": N_("交班单"),
}
DOUBTS: Mapping[str, str] = {  # exchange.Doubt
    "98": N_("没有收到"),
    "A0": N_("校验码不对"),
    "96": N_("本机出错"),
    "06": N_("有误"),
}
WHY_NO_CASH: Mapping[str, str] = {  # facts.WhyNoCash
    "left": N_("客户已离开"),
    "no_notes": N_("现金不够"),
    "changed_mind": N_("客户改变主意"),
    "other": N_("其他"),
}
TROUBLES: Mapping[str, str] = {  # facts.Trouble
    "reversal_unanswered": N_("冲正没有答复"),
    "reversal_too_late": N_("冲正太晚，待银行查明"),
    "queued_refused": N_("待上传的缴费被银行拒绝"),
}
ACTS: Mapping[str, str] = {  # what somebody was refused: feed.views.Act
    "sign_on": N_("登录"),
    "withdrawal": N_("取款"),
    "contribution": N_("缴养老保险"),
    "balance": N_("查询余额"),
    "open_shift": N_("开班"),
    "close_shift": N_("关班"),
    "hand_over": N_("交班"),
    "cash_moved": N_("记现金进出"),
    "settlement": N_("看批结算"),
    "settle": N_("批结算"),
    "close_exception": N_("按银行来函销账"),
}
POSTS: Mapping[str, str] = {  # facts.PostKind
    "checkpoint": N_("校验点"),
    "statement": N_("对账单查询"),
}
POST_SAYS: Mapping[str, str] = {  # facts.PostSays
    "witnessed": N_("已存证"),
    "elsewhere": N_("上次的存证不同"),
    "rolled_back": N_("本机的流水比银行的旧"),
    "booked": N_("已记账"),
    "not_booked": N_("没有记账"),
    "listed": N_("已列出明细"),
}
BALANCES: Mapping[str, str] = {  # exchange.Balance
    "1": N_("对账平"),
    "2": N_("对账不平"),
    "3": N_("银行没有对账"),
}
WHY_CASH_MOVED: Mapping[str, str] = {  # facts.WhyCashMoved
    "delivered": N_("银行送来"),
    "banked": N_("送存银行"),
}
WHY_VARIANCE: Mapping[str, str] = {  # of a shift's count: what the screen offers
    "wrong_payment": N_("收付时数错"),
    "wrong_opening": N_("开班时点错"),
    "counterfeit": N_("收到假币"),
    "own_money": N_("混有自己的钱"),
    "unknown": N_("查不出原因"),
}
ANSWERS: Mapping[str, str] = {text: text for text in TEXTS}
BY: Mapping[str, str] = {  # what closed an exception
    "reversal": N_("冲正"),
    "statement": N_("银行对账单"),
    "reference": N_("银行来函"),
    "cash returned": N_("现金已退还"),
}

AGREED: Mapping[str, str] = {"True": N_("同意"), "False": N_("不同意")}
VALUES: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("Requested", "service"): SERVICES,
    ("SlipPrinted", "slip"): SLIPS,
    ("ChipEnded", "agreed"): AGREED,
    ("InDoubt", "reason"): DOUBTS,
    ("CashNotHanded", "why"): WHY_NO_CASH,
    ("CashMoved", "why"): WHY_CASH_MOVED,
    ("ShiftHandedOver", "why"): WHY_VARIANCE,
    ("ShiftClosed", "why"): WHY_VARIANCE,
    ("ExceptionOpened", "trouble"): TROUBLES,
    ("ExceptionClosed", "by"): BY,
    ("Refused", "what"): ACTS,
    ("Posted", "kind"): POSTS,
    ("PostAnswered", "kind"): POSTS,
    ("PostAnswered", "says"): POST_SAYS,
    ("TotalsCompared", "balance"): BALANCES,
    ("Answered", "text"): ANSWERS,
    ("ReversalAnswered", "text"): ANSWERS,
}
"""By fact and field; a value that stands in no table is shown as it is."""
