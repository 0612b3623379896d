"""Help: the other language, the other theme, and what a villager should know."""

from __future__ import annotations

from dataclasses import replace

from terminal.feed.views import View
from terminal.i18n import N_, texts
from terminal.ui.pages.language import other_language
from terminal.ui.sheet import ESCAPE, Become, Choices, Key, Lines, Sheet
from terminal.ui.state import Theme, UiState, Where

TIPS = (
    N_("密码只能自己按，不告诉任何人，包括站点人员。"),
    N_("银行卡和身份证分开放，不借给别人。"),
    N_("取款先看密码键盘上的金额，对了再输密码。"),
    N_("现金当面点清，离开前收好卡和小票。"),
    N_("来电说“账户异常、安全账户、先交费”的都是诈骗。"),
    N_("短信提醒和自己办的不一样，马上打电话问。"),
    N_("卡丢了马上口头挂失，再带身份证到银行补卡。"),
)


def help_page(view: View, state: UiState) -> Sheet:
    _ = texts(state.language)
    theme = Theme.NIGHT if state.theme is Theme.DAY else Theme.DAY
    look = _("换成深色") if theme is Theme.NIGHT else _("换成浅色")
    choices = (
        other_language(state, "1"),
        Key("2", _("安全提示"), Become(replace(state, where=Where.TIPS))),
        Key("3", look, Become(replace(state, theme=theme))),
    )
    return Sheet(
        title=_("帮助与语言 Language"),
        blocks=(
            Choices(choices),
            Lines(
                (
                    _("每一页只问一件事；最下面一行说明每个键做什么。"),
                    _("Esc 是取消或返回，回车是下一步，F2 换颜色。"),
                    _("看到“请付现金”才付现金；看到“请勿付现金”一定不付。"),
                    _("停电、断网、关屏都不会丢账：重新打开会回到原来的页面。"),
                    _("有疑问请拨打 {phone}。").format(phone=view.phone),
                )
            ),
        ),
        keys=(Key(ESCAPE, _("返回"), Become(replace(state, where=Where.PAGE))),),
        hint=_("按数字选择"),
    )


def tips(view: View, state: UiState) -> Sheet:
    _ = texts(state.language)
    numbered = tuple(f"{number}. {_(tip)}" for number, tip in enumerate(TIPS, start=1))
    return Sheet(
        title=_("安全提示"),
        blocks=(Lines(numbered), Lines((_("咨询电话 {phone}").format(phone=view.phone),))),
        keys=(Key(ESCAPE, _("返回"), Become(replace(state, where=Where.HELP))),),
    )
