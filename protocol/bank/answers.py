"""Answer codes (DE39): what each says, and what it means for us (`bank-wire.md` section 12).

A code that stands in no row is a decline that shows the code. P1 to P9 are the county's services.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Meaning(Enum):
    """Column action of the sheet."""

    APPROVED = "approved"
    DECLINED = "declined"
    CAPTURE = "capture"  # declined; ask for the card, never force
    SIGN_IN_AGAIN = "sign_in_again"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class AnswerCode:
    code: str
    text: str
    meaning: Meaning


A, D, C, S, W = Meaning

# fmt: off
ROWS = (
    AnswerCode("00", "承兑或交易成功", A),
    AnswerCode("01", "请持卡人与发卡银行联系", D),
    AnswerCode("02", "与发卡行特殊条件联系", D),
    AnswerCode("03", "无效商户", D),
    AnswerCode("04", "此卡被没收", C),
    AnswerCode("05", "持卡人认证失败", D),
    AnswerCode("06", "出错", D),
    AnswerCode("07", "特定条件下没收卡", C),
    AnswerCode("09", "请求正在处理中", W),
    AnswerCode("10", "部分承兑,显示批准金额", A),
    AnswerCode("11", "成功,VIP客户", A),
    AnswerCode("12", "无效交易", D),
    AnswerCode("13", "无效金额", D),
    AnswerCode("14", "无效卡号", D),
    AnswerCode("15", "此卡无对应发卡方", D),
    AnswerCode("16", "批准,更新第三磁道", A),
    AnswerCode("17", "拒绝但不没收卡", D),
    AnswerCode("19", "刷卡读取错误,请重刷", D),
    AnswerCode("20", "无效应答", D),
    AnswerCode("21", "该卡未初始化或睡眠卡", D),
    AnswerCode("22", "操作有误或超出交易允许天数", D),
    AnswerCode("23", "不可接受的交易费", D),
    AnswerCode("25", "没有原始交易", D),
    AnswerCode("30", "报文格式错,请重试", D),
    AnswerCode("31", "此卡不能受理", D),
    AnswerCode("33", "过期卡,没收", C),
    AnswerCode("34", "作弊卡,吞卡", C),
    AnswerCode("35", "受卡方与代理方联系,没收", C),
    AnswerCode("36", "受限制的卡,没收", C),
    AnswerCode("37", "受卡方电话通知代理方安全部门", C),
    AnswerCode("38", "密码错误次数超限", D),
    AnswerCode("39", "无此信用卡账户", D),
    AnswerCode("40", "发卡方不支持的交易类型", D),
    AnswerCode("41", "挂失卡,请没收", C),
    AnswerCode("42", "无此账户", D),
    AnswerCode("43", "被窃卡,请没收", C),
    AnswerCode("44", "无此投资账户", D),
    AnswerCode("45", "不允许降级,请插芯片", D),
    AnswerCode("51", "可用余额不足", D),
    AnswerCode("52", "无此支票/储蓄账户", D),
    AnswerCode("53", "无此支票/储蓄账户", D),
    AnswerCode("54", "该卡已过期", D),
    AnswerCode("55", "密码错", D),
    AnswerCode("56", "无此卡记录", D),
    AnswerCode("57", "不允许此卡交易", D),
    AnswerCode("58", "不允许该卡在本终端交易", D),
    AnswerCode("59", "卡片校验错", D),
    AnswerCode("60", "受卡方与安全部门联系", D),
    AnswerCode("61", "交易金额超限", D),
    AnswerCode("62", "受限制的卡", D),
    AnswerCode("63", "违反安全保密规定", D),
    AnswerCode("64", "交易金额与原交易不匹配", D),
    AnswerCode("65", "超出消费/取款次数限制", D),
    AnswerCode("66", "受卡方呼安全部门", D),
    AnswerCode("67", "捕捉(没收卡)", C),
    AnswerCode("68", "交易超时,请重试", D),
    AnswerCode("75", "密码错误次数超限", D),
    AnswerCode("77", "请重新签到,再作交易", S),
    AnswerCode("79", "POS 终端重传脱机数据", D),
    AnswerCode("87", "PIN 密钥同步错", S),
    AnswerCode("88", "MAC 密钥同步错", S),
    AnswerCode("89", "受理方状态非法", D),
    AnswerCode("90", "系统日切,请稍后重试", W),
    AnswerCode("91", "发卡方状态不正常", D),
    AnswerCode("92", "发卡方线路异常", D),
    AnswerCode("93", "交易违法,不能完成", D),
    AnswerCode("94", "重复交易,请稍后重试", D),
    AnswerCode("95", "调节控制错", D),
    AnswerCode("96", "交换中心异常", D),
    AnswerCode("97", "终端未登记", D),
    AnswerCode("98", "发卡方超时", D),
    AnswerCode("99", "PIN 格式错,请重新签到", S),
    AnswerCode("A0", "MAC校验错,请重新签到", S),
    AnswerCode("A1", "转账货币不一致", D),
    AnswerCode("A2", "交易成功,请向发卡行确认", A),
    AnswerCode("A4", "交易成功,请向发卡行确认", A),
    AnswerCode("A5", "交易成功,请向发卡行确认", A),
    AnswerCode("A6", "交易成功,请向发卡行确认", A),
    AnswerCode("A3", "账户不正确", D),
    AnswerCode("A7", "安全处理失败", D),
    AnswerCode("P1", "参保人不存在", D),
    AnswerCode("P2", "该年度已缴费", D),
    AnswerCode("P3", "档次不可选", D),
    AnswerCode("P4", "不在参保年龄", D),
    AnswerCode("P5", "该年度不可补缴", D),
    AnswerCode("P6", "金额与档次不符", D),
    AnswerCode("P7", "站点结算账户余额不足", D),
    AnswerCode("P8", "身份待核查，限制办理", D),
    AnswerCode("P9", "收款人户名不符", D),
)
# fmt: on
BY_CODE: Mapping[str, AnswerCode] = {row.code: row for row in ROWS}
assert len(BY_CODE) == len(ROWS)

WITHOUT_MAC = frozenset({"77", "97", "A0", "30"})
"""Declines that come without DE64 in the `county` profile (`county-wire.md`, Messages)."""


def meaning_of(code: str) -> AnswerCode:
    """The row of a code; an unknown one is a decline."""
    return BY_CODE.get(code) or AnswerCode(code, "交易失败", Meaning.DECLINED)
