"""A sheet as lines of styled text, for a screen of any size. Pure: this is what both faces show.

Nothing here knows what a page means; widths are display widths.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import singledispatch
from itertools import groupby

from msgspec import Struct

from terminal.ui.digits import block_rows, drawable
from terminal.ui.sheet import (
    Alerts,
    Big,
    Block,
    Choices,
    Foot,
    Frame,
    Key,
    Lines,
    Pairs,
    Problem,
    Question,
    Sheet,
    Tone,
    Top,
)
from terminal.ui.theme import Style
from terminal.ui.width import cut, pad, width, wrap

INDENT = 8  # of the body
FRAME_INDENT = 6
LARGE_COLUMNS, LARGE_ROWS = 100, 30  # from here on amounts are drawn in block digits
BODY_COLUMNS_MAX = 88  # longer lines are hard to read
FRAME_INSIDE_MIN = 44
NAME_COLUMNS_MIN = 6  # of a station's name beside the operator's

# of a list, or a fact with its time: later lines stand under the first word
ITEM = re.compile(r"(?:-|\d\.|\d\d:\d\d:\d\d ) ")
TONES = {Tone.GO: Style.GO, Tone.STOP: Style.STOP, Tone.NOTICE: Style.NOTICE}


class Span(Struct, frozen=True):
    """A piece of a line; `key` is what touching it presses."""

    text: str
    style: Style = Style.TEXT
    key: str = ""


Line = tuple[Span, ...]
BLANK: Line = ()


class Size(Struct, frozen=True):
    columns: int
    rows: int

    @property
    def large(self) -> bool:
        return self.columns >= LARGE_COLUMNS and self.rows >= LARGE_ROWS

    @property
    def body(self) -> int:
        """Columns of running text."""
        return min(self.columns - INDENT - 1, BODY_COLUMNS_MAX)


def lay_out(sheet: Sheet, top: Top, size: Size) -> tuple[Line, ...]:
    """Exactly `size.rows` lines: top line, title, body, bottom line."""
    head = [(Span(top_line(top, size.columns), Style.BAR),), *_title(sheet, size)]
    keys = key_lines(sheet, size.columns)
    body = list(_body(sheet, size))
    room = size.rows - len(head) - len(keys)
    if len(body) > room:
        body = _squeezed(body, room)
    spare = room - len(body)
    above = min(spare // 3, 6)
    filled = [BLANK] * above + body + [BLANK] * (spare - above)
    return (*head, *filled, *keys)


def plain_lines(sheet: Sheet, columns: int) -> tuple[str, ...]:
    """A sheet as text, without what only fills the screen; its keys in the last line."""
    head = "  ".join(text for text in (sheet.title, sheet.aside) if text)
    body = ("".join(span.text for span in line).rstrip() for line in _body(sheet, Size(columns, 0)))
    keys = "".join(span.text for line in key_lines(sheet, columns) for span in line)
    return tuple(line for line in (head, *body, " ".join(keys.split())) if line)


def top_line(top: Top, columns: int) -> str:
    """What is wrong is never cut; the station's name and then the operator give way to it."""
    room = columns - width(top.state) - 2
    operator = top.operator
    if width(top.number) + width(operator) + NAME_COLUMNS_MIN + 4 > room:
        operator = ""
    for_name = room - width(top.number) - width(operator) - 4
    name = cut(top.station, for_name) if for_name >= NAME_COLUMNS_MIN else ""
    left = f"{name} {top.number}" if name else cut(top.number, max(room - 1, 0))
    gap = max(room - width(left) - width(operator) - 1, 0)
    between = gap // 2
    return pad(f" {left}{' ' * between}{operator}{' ' * (gap - between)}{top.state}", columns)


def key_lines(sheet: Sheet, columns: int) -> tuple[Line, ...]:
    """What each key does; the dangerous one last, at the right end."""
    named = [key for key in sheet.keys if key.label]
    names = {"enter": sheet.enter, "escape": "Esc"}
    spans = [
        Span(f"{names.get(key.name, key.name)} {key.label}", Style.KEYS, key.name) for key in named
    ]
    if sheet.hint:
        spans.insert(0, Span(sheet.hint, Style.KEYS))
    rows: list[list[Span]] = [[]]
    for span in spans:
        taken = sum(width(other.text) + 3 for other in rows[-1])
        if rows[-1] and taken + width(span.text) + 2 > columns:
            rows.append([])
        rows[-1].append(span)
    *others, last = rows
    return (
        *(_key_line(row, columns, right=False) for row in others),
        _key_line(last, columns, right=bool(named) and len(spans) > 1),
    )


def _key_line(spans: list[Span], columns: int, *, right: bool) -> Line:
    line: list[Span] = [Span(" ", Style.KEYS)]
    used = 1
    for place, span in enumerate(spans):
        last = right and place == len(spans) - 1
        gap = columns - used - width(span.text) - 1 if last else 3 * bool(place)
        line += [Span(" " * gap, Style.KEYS), span]
        used += gap + width(span.text)
    return (*line, Span(" " * (columns - used), Style.KEYS))


def _title(sheet: Sheet, size: Size) -> tuple[Line, ...]:
    if not sheet.title:
        return ()
    gap = size.columns - width(sheet.title) - width(sheet.aside) - 2
    return ((Span(f" {sheet.title}{' ' * gap}{sheet.aside} ", Style.TITLE),),)


def _body(sheet: Sheet, size: Size) -> Iterator[Line]:
    """The blocks, with a blank line between them."""
    for place, lines in enumerate(filter(None, (tuple(draw(b, size)) for b in sheet.blocks))):
        if place:
            yield BLANK
        yield from lines


def _squeezed(body: list[Line], room: int) -> list[Line]:
    """A body that is too long loses blank lines first, then its end."""
    kept = list(body)
    for place in range(len(body) - 1, -1, -1):
        if len(kept) > room and not body[place]:
            del kept[place]
    return kept[:room]


@singledispatch
def draw(block: Block, size: Size) -> Iterator[Line]:
    """The lines of one block."""
    raise AssertionError(f"no drawing for {type(block).__name__}")


@draw.register
def _question(block: Question, size: Size) -> Iterator[Line]:
    for text in wrap(block.text, size.body):
        yield _at(INDENT, Span(text, Style.QUESTION))


@draw.register
def _big(block: Big, size: Size) -> Iterator[Line]:
    if block.large_only and not size.large:
        return
    rows = block_rows(block.amount) if size.large and drawable(block.amount) else ()
    if rows and width(rows[0]) <= size.columns - 4:
        yield from (_blocks(row, size.columns) for row in rows)
        if block.words:
            yield BLANK
    else:
        yield _centred(block.amount.replace("￥", "￥ ", 1), Style.BIG, size.columns)
    for text in wrap(block.words, size.body) if block.words else ():
        yield _centred(text, Style.BIG, size.columns)


@draw.register
def _frame(block: Frame, size: Size) -> Iterator[Line]:
    style = TONES[block.tone]
    inside_max = size.columns - 2 * FRAME_INDENT - 8
    texts = [text for line in block.lines for text in wrap(line, inside_max)]
    inside = max(FRAME_INSIDE_MIN, *(width(text) for text in texts))
    yield _at(FRAME_INDENT, Span("┏" + "━" * (inside + 6) + "┓", style))
    for text in texts:
        yield _at(FRAME_INDENT, Span(f"┃   {pad(text, inside)}   ┃", style))
    yield _at(FRAME_INDENT, Span("┗" + "━" * (inside + 6) + "┛", style))


@draw.register
def _lines(block: Lines, size: Size) -> Iterator[Line]:
    for line in block.lines:
        hang = _hang(line)
        first, *rest = wrap(line[hang:], size.body - hang)
        yield _at(INDENT, Span(line[:hang] + first))
        for text in rest:
            yield _at(INDENT + hang, Span(text))


def _hang(line: str) -> int:
    mark = ITEM.match(line)
    return len(mark[0]) if mark else 0


@draw.register
def _pairs(block: Pairs, size: Size) -> Iterator[Line]:
    names = max(width(name) for name, _value in block.rows) + 2
    for name, value in block.rows:
        first, *rest = wrap(value, size.body - names) or ("",)
        yield _at(INDENT, Span(pad(name, names)), Span(first, Style.TITLE))
        for text in rest:
            yield _at(INDENT + names, Span(text, Style.TITLE))


@draw.register
def _alerts(block: Alerts, size: Size) -> Iterator[Line]:
    for line in block.lines:
        first, *rest = wrap(line, size.columns - 6)
        yield _at(3, Span("▲ " + first, Style.ALERT))
        for text in rest:
            yield _at(5, Span(text, Style.ALERT))


@draw.register
def _problem(block: Problem, size: Size) -> Iterator[Line]:
    for text in wrap("! " + block.text, size.body):
        yield _at(INDENT, Span(text, Style.PROBLEM))


@draw.register
def _foot(block: Foot, size: Size) -> Iterator[Line]:
    yield _at(max(size.columns - width(block.text) - 2, 0), Span(block.text))


@draw.register
def _choices(block: Choices, size: Size) -> Iterator[Line]:
    per_column = -(-len(block.keys) // block.columns)
    each = (size.columns - INDENT) // block.columns
    names = max(width(key.name) for key in block.keys)
    for row in range(per_column):
        spans = []
        for column in range(block.columns):
            place = column * per_column + row
            if place < len(block.keys):
                chosen = place == block.chosen
                spans.append(_choice(block.keys[place], names, each, chosen=chosen))
        yield _at(INDENT - 1 if block.columns == 1 else INDENT, *spans)


def _choice(key: Key, names: int, columns: int, *, chosen: bool) -> Span:
    mark = ">" if chosen else " "
    text = pad(f"{mark}{key.name.rjust(names)}  {key.label}", columns)
    return Span(text, Style.CHOSEN if chosen else Style.CHOICE, key.name)


def _at(indent: int, *spans: Span) -> Line:
    return (Span(" " * indent), *spans)


def _centred(text: str, style: Style, columns: int) -> Line:
    return _at((columns - width(text)) // 2, Span(text, style))


def _blocks(row: str, columns: int) -> Line:
    pieces = (
        Span(" " * len(list(run)), Style.BLOCK if pixel == "#" else Style.TEXT)
        for pixel, run in groupby(row)
    )
    return _at((columns - len(row)) // 2, *pieces)
