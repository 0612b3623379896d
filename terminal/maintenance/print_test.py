"""The slip of `huinong doctor print-test`: ruler, characters, sizes, a QR code, and the cut."""

from __future__ import annotations

from typing import cast

from drivers.api import (
    Align,
    DeviceFault,
    Feed,
    Line,
    PortError,
    Qr,
    ReceiptPrinter,
    Text,
    Unconfirmed,
)
from drivers.registry import Settings, open_device
from terminal.maintenance.doctor import Verdict

ASCII = "".join(map(chr, range(0x21, 0x7F)))
HAN = "金额壹贰叁肆伍陆柒捌玖拾佰仟万元角分￥·，。：（）"
RARE = "䶮𠮷㼆"  # outside GB2312, GBK and the plane of most ROMs: drawn, or shown as code points
CODE = "HN1:PRINT-TEST:0123456789"


def lines(columns: int) -> tuple[Line, ...]:
    """What a whole printer prints: nothing wraps, nothing is missing, the code can be read."""
    ruler = "".join(str(column % 10) for column in range(1, columns + 1))
    return (
        Text("打印测试", Align.CENTRE, size=2),
        Text(f"{columns} columns", Align.CENTRE),
        Text(ruler),
        *_wrapped(ASCII, columns),
        *_wrapped(HAN, columns // 2),
        Text(RARE),
        Text("粗体 bold", bold=True),
        Qr(CODE),
        Feed(1),
    )


def _wrapped(text: str, characters: int) -> tuple[Text, ...]:
    return tuple(Text(text[at : at + characters]) for at in range(0, len(text), characters))


def print_test(model: str, port: str, settings: Settings) -> Verdict:
    """Prints the slip. The verdict is well only when the printer says that it is on paper."""
    try:
        device = open_device(model, port, settings)
        try:
            printer = cast(ReceiptPrinter, device)
            got = printer.print_slip(lines(printer.columns))
        finally:
            device.close()
    except PortError as why:
        return Verdict("printer", model, port, fault="port", detail=str(why))
    except DeviceFault as why:
        return Verdict("printer", model, port, fault=why.fault.value, detail=str(why))
    if isinstance(got, Unconfirmed):
        cause = got.fault.value if got.fault else "unconfirmed"
        return Verdict("printer", model, port, fault=cause, detail="look whether the slip is whole")
    return Verdict("printer", model, port, identity="printed and cut")
