"""A fact in plain words, from its entry as it stands on disk: nothing sealed is opened."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from terminal.core.local_time import SHANGHAI
from terminal.i18n import N_
from terminal.journal.words import VALUES
from terminal.receipts.amounts import yuan

WORDS: Mapping[str, str] = {
    "StationOpened": N_("服务启动，版本 {version}"),
    "OperatorSignedIn": N_("操作员 {number} 登录"),
    "OperatorSignedOut": N_("操作员 {number} 退出"),
    "OperatorLocked": N_("操作员 {number} 被锁定"),
    "OperatorUnlocked": N_("客户经理 {by} 给操作员 {number} 解锁"),
    "Refused": N_("没有权限：{number} 不能办“{what}”"),
    "ShiftOpened": N_("开班，备用金 {float_fen}"),
    "ShiftHandedOver": N_("交班给 {to}，应有 {expected_fen}，实点 {counted_fen}[，{why}]"),
    "ShiftClosed": N_("关班，应有 {expected_fen}，实点 {counted_fen}[，{why}]"),
    "CashMoved": N_("钱箱现金 {amount_fen}（{why}）"),
    "SignedIn": N_("签到成功，批次 {batch}，密钥校验值 {pin_kcv} / {mac_kcv}"),
    "Requested": N_("发出请求：{service}，流水 {trace}[，金额 {amount_fen}][，{pan}][，{person}]"),
    "NotSent": N_("请求没有发出，银行没有记账"),
    "Queued": N_("现金缴费待上传，流水 {trace}，金额 {amount_fen}，{person}"),
    "Forwarded": N_("第 {n} 次上传，批次 {batch}"),
    "Posted": N_("发出{kind}"),
    "PostAnswered": N_("银行答复{kind}：{says}[，{size} 条]"),
    "Answered": N_("银行答复 {code} {text}[，参考号 {rrn}]"),
    "ChipEnded": N_("卡片{agreed}这笔交易[，密文 {cryptogram}]"),
    "InDoubt": N_("没有可靠的答复（{reason}），结果未知，须冲正"),
    "CashHanded": N_("现金已付 {amount_fen}"),
    "CashNotHanded": N_("没有付现金（{why}），须冲正"),
    "CashTaken": N_("收到现金 {amount_fen}"),
    "SlipPrinted": N_("打印小票：{slip}，第 {copy} 次"),
    "ReversalSent": N_("第 {n} 次发出冲正"),
    "ReversalAnswered": N_("冲正答复 {code} {text}"),
    "Reversed": N_("已冲正，没有扣款"),
    "LateReply": N_("迟到的答复 {code}，不作数"),
    "ExceptionOpened": N_("列为异常（{trouble}）"),
    "ExceptionClosed": N_("异常已解除（{by}[ {reference}][，技术员 {technician}]）"),
    "SettlementStarted": N_(
        "结算批次 {batch}：本站借方 {debit_count} 笔 {debit_fen}，"
        "贷方 {credit_count} 笔 {credit_fen}"
    ),
    "TotalsCompared": N_(
        "银行答复{balance}：借方 {debit_count} 笔 {debit_fen}，贷方 {credit_count} 笔 {credit_fen}"
    ),
    "Differed": N_("流水 {trace} 不一致：本站 {ours_fen}，银行 {bank_fen}"),
    "BatchUploaded": N_("已上送明细 {deals}，银行答复 {code}"),
    "Settled": N_("批次 {batch} 已结算，新批次 {next_batch}"),
    "ClockMoved": N_("时钟变动"),
    "DayHead": N_("日终校验点，共 {size} 条，根 {root}"),
}
PIECE = re.compile(r"\[([^]]*)\]")  # of a sentence: left out when the fact has not what it tells
FIELD = re.compile(r"{(\w+)}")


def tell(values: Mapping[str, Any], _: Callable[[str], str]) -> str:
    """One fact as a sentence in the reader's language; the time and the number are not in it."""
    kind = values["t"]
    shown = _Shown({name: _shown(kind, name, value, _) for name, value in values.items()})
    pieces = enumerate(PIECE.split(_(WORDS[kind])))
    return "".join(_filled(text, shown, optional=place % 2 == 1) for place, text in pieces)


def _filled(text: str, shown: _Shown, *, optional: bool) -> str:
    if optional and not all(shown[name] for name in FIELD.findall(text)):
        return ""
    return text.format_map(shown)


def when(values: Mapping[str, Any]) -> str:
    """The county's date and time of a fact."""
    return f"{datetime.fromtimestamp(values['at'] / 1000, SHANGHAI):%Y-%m-%d %H:%M:%S}"


class _Shown(dict[str, str]):
    """A field that a fact does not have is left out of its sentence."""

    def __missing__(self, name: str) -> str:
        return ""


def _shown(kind: str, name: str, value: object, _: Callable[[str], str]) -> str:
    if isinstance(value, dict):
        return str(value.get("mask", ""))
    if name.endswith("_fen") and isinstance(value, int):
        return yuan(value)
    if name in ("trace", "batch", "next_batch"):
        return f"{value:06d}"
    word = VALUES.get((kind, name), {}).get(str(value))
    return _(word) if word else str(value)
