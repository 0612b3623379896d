"""The data elements of the dialect, one row each (`bank-wire.md` section 2). Pure data.

kind: n digits in BCD, z track digits (any nibble), ans text in GB18030, b bytes. size: digits for
n and z, bytes for ans and b; exact when prefix is 0, else the maximum. prefix: bytes of the BCD
length.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Literal

Align = Literal["left", "right"]
DIGITS = ("n", "z")


class Sensitivity(Enum):
    """How a value may be shown."""

    OPEN = "open"
    MASKED = "masked"  # first 6, last 4
    WIPED = "wiped"  # length only


@dataclass(frozen=True, slots=True)
class Field:
    de: int
    kind: str
    size: int
    name: str
    prefix: int = 0
    right: bool = False  # digits stand right aligned, the pad nibble in front
    shown: Sensitivity = Sensitivity.OPEN  # of what no sub-field speaks for (`subfields.py`)


M, W = Sensitivity.MASKED, Sensitivity.WIPED

# fmt: off
ROWS = (
    Field(2,  "n",   19,  "主账号", prefix=1, shown=M),
    Field(3,  "n",   6,   "交易处理码", right=True),
    Field(4,  "n",   12,  "交易金额", right=True),
    Field(11, "n",   6,   "受卡方系统跟踪号", right=True),
    Field(12, "n",   6,   "受卡方所在地时间", right=True),
    Field(13, "n",   4,   "受卡方所在地日期", right=True),
    Field(14, "n",   4,   "卡有效期", right=True),
    Field(15, "n",   4,   "清算日期", right=True),
    Field(22, "n",   3,   "服务点输入方式码"),
    Field(23, "n",   3,   "卡序列号", right=True),
    Field(24, "n",   3,   "NII", right=True),
    Field(25, "n",   2,   "服务点条件码", right=True),
    Field(26, "n",   2,   "服务点PIN获取码", right=True),
    Field(32, "n",   11,  "受理方标识码", prefix=1),
    Field(35, "z",   37,  "2磁道数据", prefix=1, shown=W),
    Field(36, "z",   104, "3磁道数据", prefix=2, shown=W),
    Field(37, "ans", 12,  "检索参考号"),
    Field(38, "ans", 6,   "授权标识应答码"),
    Field(39, "ans", 2,   "应答码"),
    Field(41, "ans", 8,   "受卡机终端标识码"),
    Field(42, "ans", 15,  "受卡方标识码"),
    Field(43, "ans", 40,  "受卡方名称"),
    Field(44, "ans", 25,  "附加响应数据", prefix=1),
    Field(46, "b",   999, "自定义域", prefix=2, shown=W),
    Field(47, "b",   999, "自定义域", prefix=2, shown=W),
    Field(48, "n",   322, "附加数据-私有", prefix=2, shown=W),
    Field(49, "ans", 3,   "交易货币代码"),
    Field(52, "b",   8,   "个人标识码数据", shown=W),
    Field(53, "n",   16,  "安全控制信息", right=True),
    Field(54, "ans", 120, "余额", prefix=2),
    Field(55, "b",   255, "IC卡数据域", prefix=2, shown=W),
    Field(56, "b",   999, "自定义域", prefix=2),
    Field(57, "b",   999, "自定义域", prefix=2, shown=W),
    Field(58, "b",   100, "PBOC电子钱包", prefix=2, shown=W),
    Field(59, "b",   600, "自定义域", prefix=2, shown=W),
    Field(60, "n",   17,  "自定义域", prefix=2),
    Field(61, "n",   29,  "原始信息域", prefix=2),
    Field(62, "b",   512, "自定义域", prefix=2, shown=W),
    Field(63, "b",   163, "自定义域", prefix=2),
    Field(64, "b",   8,   "报文鉴别码"),
)
# fmt: on
# What lenient reading accepts beside them (section 2).
LENIENT_ROWS = (Field(33, "n", 11, "发送机构标识码", prefix=1),)


class Dialect:
    """A field table and what the codec looks up in it. Two are equal when they are one."""

    __slots__ = ("by_de", "known_bits", "rows")

    def __init__(self, rows: Iterable[Field]) -> None:
        self.rows = tuple(sorted(rows, key=lambda row: row.de))
        self.by_de: Mapping[int, Field] = {row.de: row for row in self.rows}
        self.known_bits = sum(1 << (64 - row.de) for row in self.rows)
        assert len(self.by_de) == len(self.rows)

    def changed(self, de: int, *, size: int | None = None, align: Align | None = None) -> Dialect:
        """The table with another row for `de`, as acquirers differ (`[fields.N]` of section 15).

        Raises ValueError for a field that is not there, and for what the prefix cannot count.
        """
        row = self.by_de.get(de)
        if row is None:
            raise ValueError(f"fields.{de} is not in the dialect")
        if size is not None and not 0 < size < 10 ** (row.prefix + 1) * bool(row.prefix):
            raise ValueError(f"fields.{de} has a fixed length, or a prefix that cannot say {size}")
        if align is not None and row.kind not in DIGITS:
            raise ValueError(f"fields.{de} holds no digits to align")
        right = row.right if align is None else align == "right"
        other = replace(row, size=size or row.size, right=right)
        return Dialect(other if kept is row else kept for kept in self.rows)

    def and_also(self, rows: Iterable[Field]) -> Dialect:
        """The table with further rows."""
        return Dialect((*self.rows, *rows))


BASE = Dialect(ROWS)
LENIENT = BASE.and_also(LENIENT_ROWS)
