"""Why a request did not leave this machine (`DealView.reason` on NOT_SENT), as a table.

The words are those of `terminal.bank.transport.Cause`. A word that is not here, and an outcome that
a restart has brought back, get the general sentence: no cause is told that nobody knows.
"""

from __future__ import annotations

from terminal.i18n import N_
from terminal.ui.sentences import CALL, NOT_SENT_YET, Told

UNSENT: dict[str, Told] = {
    "name_lookup": Told(
        N_("查不到银行的网络地址，没有发出去。"),
        NOT_SENT_YET,
        N_("请检查网线和路由器，等网络正常后重新办理；还不行请拨打 {phone}。"),
    ),
    "refused": Told(
        N_("银行的系统现在不接受连接，没有发出去。"),
        NOT_SENT_YET,
        N_("请过几分钟重新办理；还不行请拨打 {phone}。"),
    ),
    "unreachable": Told(
        N_("网络不通，没有发出去。"),
        NOT_SENT_YET,
        N_("请检查网线和路由器，等网络正常后重新办理；还不行请拨打 {phone}。"),
    ),
    "timeout": Told(
        N_("网络太慢，没有连上银行，没有发出去。"),
        NOT_SENT_YET,
        N_("请过几分钟重新办理；还不行请拨打 {phone}。"),
    ),
    "certificate_foreign": Told(
        N_("对方的证书不是银行的，可能有人冒充，没有发出去。"),
        NOT_SENT_YET,
        N_("请勿再试，马上拨打 {phone}。"),
    ),
    "certificate_expired": Told(N_("银行的证书已过期，没有发出去。"), NOT_SENT_YET, CALL),
    "certificate_not_yet_valid": Told(N_("银行的证书还没有生效，没有发出去。"), NOT_SENT_YET, CALL),
    "tls": Told(
        N_("与银行的加密连接没有建立，没有发出去。"),
        NOT_SENT_YET,
        N_("请过几分钟重新办理；还不行请拨打 {phone}。"),
    ),
    "no_key": Told(
        N_("本站的密钥现在不能用，没有发出去。"),
        NOT_SENT_YET,
        N_("请等签到完成后重新办理；还不行请拨打 {phone}。"),
    ),
    "our_mistake": Told(
        N_("本机程序出错，组不成这个请求，没有发出去。"),
        NOT_SENT_YET,
        N_("请勿再试，马上拨打 {phone}。"),
    ),
    "not_offered": Told(N_("这家银行没有这项服务，没有发出去。"), NOT_SENT_YET, CALL),
}
GENERAL = Told(N_("请求没有发出去。"), NOT_SENT_YET, N_("请等网络正常后重新办理。"))
