"""The parts of fields 22, 44, 48, 53 to 55 and 60 to 63 as rows (`bank-wire.md` sections 3 to 8).

What a field holds may depend on the message: `LAYOUTS` says which reading goes with which message
type and network code (60.3). Parts point into the value, so that it can be shown with some of them
masked.
"""

from __future__ import annotations

from dataclasses import dataclass

from protocol.bank.codec import Message
from protocol.bank.fields import Sensitivity
from protocol.bank.readings import (
    REST,
    Part,
    Reading,
    Sub,
    in_place,
    parameters,
    tagged_text,
    tlv_objects,
)

M, W = Sensitivity.MASKED, Sensitivity.WIPED

# fmt: off
ENTRY_MODE = (Sub(1, 2, "PAN输入方式"), Sub(2, 1, "PIN输入能力"))
INSTITUTIONS = (Sub(1, 11, "接收机构"), Sub(2, 11, "收单机构"), Sub(3, REST, "其他"))
SECURITY = (Sub(1, 1, "PIN格式"), Sub(2, 1, "加密算法"), Sub(3, 1, "磁道加密"), Sub(4, 13, "保留"))
BALANCE = (
    Sub(1, 2, "账户类型"), Sub(2, 2, "余额类型"), Sub(3, 3, "货币代码"), Sub(4, 1, "借贷方向"),
    Sub(5, 12, "金额"),
)
TOTALS = (
    Sub(1, 12, "内卡借记金额"), Sub(2, 3, "内卡借记笔数"), Sub(3, 12, "内卡贷记金额"),
    Sub(4, 3, "内卡贷记笔数"), Sub(5, 1, "内卡对账应答"),
    Sub(6, 12, "外卡借记金额"), Sub(7, 3, "外卡借记笔数"), Sub(8, 12, "外卡贷记金额"),
    Sub(9, 3, "外卡贷记笔数"), Sub(10, 1, "外卡对账应答"),
)
RECORD_COUNT = (Sub(1, 2, "明细笔数"),)
RECORD = (Sub(2, 2, "卡类别"), Sub(3, 6, "流水号"), Sub(4, 20, "卡号", M), Sub(5, 12, "金额"))
RECORDS_SENT = (Sub(1, 4, "上送总笔数"),)
CUSTOM = (
    Sub(1, 2, "交易类型码"), Sub(2, 6, "批次号"), Sub(3, 3, "网络管理信息码"),
    Sub(4, 1, "终端读取能力"), Sub(5, 1, "IC卡条件代码"), Sub(6, 1, "部分承兑标志"),
    Sub(7, 3, "账户类型"),
)
ORIGINAL = (
    Sub(1, 6, "原批次号"), Sub(2, 6, "原流水号"), Sub(3, 4, "原交易日期"), Sub(4, 2, "原授权方式"),
    Sub(5, 11, "原授权机构"),
)
SINGLE_KEYS = (
    Sub(1, 8, "PIK", W), Sub(2, 4, "PIK KCV"), Sub(3, 8, "MAK", W), Sub(4, 4, "MAK KCV"),
)
DOUBLE_KEYS = (
    Sub(1, 16, "PIK", W), Sub(2, 4, "PIK KCV"), Sub(3, 16, "MAK", W), Sub(4, 4, "MAK KCV"),
)
TRACK_KEYS = (*DOUBLE_KEYS, Sub(5, 16, "TDK", W), Sub(6, 4, "TDK KCV"))
SERIAL = (Sub(1, REST, "终端序列号"),)
CHIP_RECORD = (
    Sub(1, 2, "明细类别"), Sub(2, 2, "卡类别"), Sub(3, 2, "风险标志"), Sub(4, 12, "金额"),
    Sub(5, 3, "货币代码"), Sub(6, 2, "应答结果"),
)
QUERY = (Sub(1, 1, "查询标志"), Sub(2, 2, "已知个数"))
OPERATOR = (Sub(1, 3, "操作员号"),)
SCHEME = (Sub(1, 3, "国际信用卡公司代码"), Sub(2, REST, "附加信息"))


@dataclass(frozen=True, slots=True)
class Layout:
    """How `de` reads in messages of these types and network codes (60.3); none named: in all.
    sizes: only when the value is as long as one of them.
    """

    de: int
    read: Reading
    mtis: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()


UPLOADS, CHIP_UPLOADS = ("0320", "0330"), ("203", "204", "205", "206")
SERVICES = ("0200", "0210", "0400", "0410")
ASKED = ("0800", "0820", "0500")
TOLD = ("0110", "0210", "0230", "0410", "0510", "0630")
LAYOUTS = (
    # the first row that fits
    Layout(22, in_place(ENTRY_MODE)),
    Layout(44, in_place(INSTITUTIONS)),
    Layout(48, in_place(TOTALS), ("0500", "0510"), sizes=(62,)),
    Layout(48, in_place(RECORDS_SENT), UPLOADS, ("202", "207"), sizes=(4,)),
    Layout(48, in_place(RECORD_COUNT, RECORD), UPLOADS, ("201",)),
    Layout(53, in_place(SECURITY)),
    Layout(54, in_place((), BALANCE)),
    Layout(55, tlv_objects()),
    Layout(60, in_place(CUSTOM)),
    Layout(61, in_place(ORIGINAL)),
    Layout(62, in_place(SINGLE_KEYS), ("0810",), ("001",), sizes=(24,)),
    Layout(62, in_place(DOUBLE_KEYS), ("0810",), ("003",), sizes=(40,)),
    Layout(62, in_place(TRACK_KEYS), ("0810",), ("004",), sizes=(60,)),
    Layout(62, in_place(SERIAL), ("0800",), ("001", "003", "004", "005")),
    Layout(62, in_place(CHIP_RECORD), ("0320",), CHIP_UPLOADS),
    Layout(62, tlv_objects(), ("0800",), ("370", "380")),
    Layout(62, tlv_objects(lead=1), ("0810",), ("370", "380")),
    Layout(62, in_place(QUERY), ("0820",), ("372", "382")),
    Layout(62, tlv_objects(lead=1), ("0830",), ("372", "382")),
    Layout(62, parameters, ("0800", "0810", "0820", "0830"), ("360", "362")),
    Layout(62, tagged_text, ("0800", "0810"), ("901",)),
    Layout(62, tagged_text, SERVICES, ("000", "111")),
    Layout(63, in_place(OPERATOR), ASKED, sizes=(3,)),
    Layout(63, in_place(SCHEME), TOLD),
)
# fmt: on


def layout_of(message: Message, de: int) -> Layout | None:
    """The row by which `de` of this message reads, None where no row knows it."""
    network, size = message.text(60)[8:11], len(message.fields[de])
    for row in LAYOUTS:
        if row.de != de or (row.sizes and size not in row.sizes):
            continue
        if row.mtis and message.mti not in row.mtis:
            continue
        if not row.networks or network in row.networks:
            return row
    return None


def parts(message: Message, de: int) -> list[Part]:
    """The parts of one field, none where the dialect gives it no structure. Raises PeerMistake."""
    row = layout_of(message, de)
    return row.read(de, message.fields[de]) if row else []
