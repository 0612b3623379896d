"""The services as slips name them, and as the code on the slip numbers them."""

from __future__ import annotations

from collections.abc import Mapping

from terminal.core.exchange import Service
from terminal.i18n import N_
from terminal.receipts.proof import Kind

NAMES: Mapping[Service, str] = {
    Service.WITHDRAWAL: N_("助农取款"),
    Service.BALANCE: N_("余额查询"),
    Service.CONTRIBUTION_QUERY: N_("缴费查询"),
    Service.CONTRIBUTION_CARD: N_("养老保险缴费（刷卡）"),
    Service.CONTRIBUTION_CASH: N_("养老保险缴费（现金）"),
}

# `security.md` section 6; a query has no number there, so its slip carries no code
KINDS: Mapping[Service, Kind] = {
    Service.WITHDRAWAL: Kind.WITHDRAWAL,
    Service.BALANCE: Kind.BALANCE,
    Service.CONTRIBUTION_CARD: Kind.CONTRIBUTION_CARD,
    Service.CONTRIBUTION_CASH: Kind.CONTRIBUTION_CASH,
}
