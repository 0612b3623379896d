"""The engine cannot be heard: nothing can be asked, and nothing is lost."""

from __future__ import annotations

from terminal.i18n import texts
from terminal.ui.sheet import Frame, Lines, Sheet, Tone
from terminal.ui.state import UiState


def connecting(state: UiState) -> Sheet:
    _ = texts(state.language)
    return Sheet(
        title="",
        blocks=(
            Frame(Tone.NOTICE, (_("正在连接服务…"),)),
            Lines(
                (
                    _("钱的状态由服务保存，连上后会回到原来的页面。"),
                    _("连上以前请勿付现金。"),
                )
            ),
        ),
        hint=_("按键已锁定"),
    )
