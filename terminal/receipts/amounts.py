"""Amounts as people read them: ￥1,234.00, RMB figures, and the legal form 大写.

大写 follows the rules for filling in vouchers (正确填写票据和结算凭证的基本规定, annex 1 of
支付结算办法): 整 after 元 only, 零 once for any run of zeros, 零 after 元 before a lone fen.
"""

from __future__ import annotations

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("仟", "佰", "拾", "")
SECTIONS = ("亿", "万", "")  # four digits each
SECTION = 10_000
FEN_MAX = 99_999_999_999_99  # 999 亿 fits the three sections


def yuan(fen: int) -> str:
    """￥1,234.00; a debt has its minus in front."""
    return f"{'-' if fen < 0 else ''}￥{rmb(abs(fen))}"


def rmb(fen: int) -> str:
    """1,234.00 without a currency."""
    whole, part = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{part:02d}"


def in_words(fen: int) -> str:
    """大写: 壹仟贰佰叁拾肆元整."""
    assert abs(fen) <= FEN_MAX, "大写 is defined up to 99,999,999,999.99"
    if fen < 0:
        return "负" + in_words(-fen)
    whole, part = divmod(fen, 100)
    in_yuan = _whole(whole) + "元" if whole else ""
    if not part:
        return (in_yuan or "零元") + "整"
    jiao, cent = divmod(part, 10)
    gap = whole and (not jiao or whole % 10 == 0)
    in_jiao = DIGITS[jiao] + "角" if jiao else ""
    in_fen = DIGITS[cent] + "分" if cent else ""
    return in_yuan + ("零" if gap else "") + in_jiao + in_fen


def _whole(number: int) -> str:
    """A positive number of yuan, section by section."""
    words, gap = "", False
    for name, section in zip(SECTIONS, _sections(number), strict=True):
        if not section:
            gap = True
            continue
        if words and (gap or section < SECTION // 10):
            words += "零"
        words += _section(section) + name
        gap = False
    return words


def _sections(number: int) -> tuple[int, int, int]:
    upper, low = divmod(number, SECTION)
    high, middle = divmod(upper, SECTION)
    return high, middle, low


def _section(number: int) -> str:
    """1 to 9999; the zeros in front and behind are not said."""
    words, gap = "", False
    for digit, place in zip(f"{number:04d}", PLACES, strict=True):
        if digit == "0":
            gap = True
            continue
        words += ("零" if gap and words else "") + DIGITS[int(digit)] + place
        gap = False
    return words
