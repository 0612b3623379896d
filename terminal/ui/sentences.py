"""Every sentence that answers a kind, a code or a state of a view, as tables.

An error is three short sentences: what happened, whether the money is safe, what to do or whom to
call (`station-day.md`, "Principles"). A kind that is in no table gets a safe general sentence with
the kind in brackets: a screen of this release may meet a kind of the next.
"""

from __future__ import annotations

from msgspec import Struct

from terminal.i18n import N_


class Told(Struct, frozen=True):
    """What happened, is the money safe, what to do. {phone} is the consult phone of the profile."""

    what: str
    safe: str
    do: str


NOT_SENT_YET = N_("没有发给银行，卡里的钱没有动。")
NO_CHARGE = N_("没有扣款，钱是安全的。")
START_AGAIN = N_("要办理请重新开始。")
CALL = N_("请拨打 {phone}。")

# Why a service ended before money was sent, and why an input was refused (`DealView.reason`)
REASONS: dict[str, Told] = {
    "cancelled_by_operator": Told(N_("您取消了这笔业务。"), NOT_SENT_YET, START_AGAIN),
    "cancelled_by_villager": Told(
        N_("客户在密码键盘上按了取消。"), NOT_SENT_YET, N_("请问清客户是否还要办理。")
    ),
    "no_swipe": Told(N_("等候时间到了，没有人刷卡。"), NOT_SENT_YET, START_AGAIN),
    "no_pin": Told(N_("等候时间到了，客户没有输入密码。"), NOT_SENT_YET, START_AGAIN),
    "unreadable": Told(N_("没有读出这张卡。"), NOT_SENT_YET, N_("请擦净磁条再刷。")),
    "speed": Told(N_("刷得太快或太慢，没有读出。"), NOT_SENT_YET, N_("请匀速再刷一次。")),
    "corrupt": Told(N_("磁条上的内容不完整。"), NOT_SENT_YET, N_("请擦净磁条再刷。")),
    "bad_swipe": Told(
        N_("没有读出这张卡。"),
        NOT_SENT_YET,
        N_("请擦净磁条，匀速再刷；还不行，请客户到网点换卡。"),
    ),
    "chip": Told(N_("这张卡有芯片，不能刷磁条。"), NOT_SENT_YET, N_("请重新开始，把芯片插进去。")),
    "chip_mute": Told(N_("卡片没有回应。"), NOT_SENT_YET, N_("请取出，芯片朝上重新插到底。")),
    "chip_removed": Told(N_("卡片拔得太早。"), NOT_SENT_YET, N_("请重新插入，办完再取出。")),
    "chip_garbled": Told(N_("没有读出芯片。"), NOT_SENT_YET, N_("请取出，擦净芯片再插。")),
    "chip_unknown": Told(N_("认不出这张卡。"), NOT_SENT_YET, N_("请取出，芯片朝上重新插到底。")),
    "chip_unsupported": Told(N_("本站不支持这种芯片。"), NOT_SENT_YET, N_("请换一张银行卡。")),
    "chip_crowded": Told(N_("有几张卡叠在一起。"), NOT_SENT_YET, N_("请只放一张卡。")),
    "bad_chip": Told(
        N_("没有读出芯片。"), NOT_SENT_YET, N_("请擦净芯片再办；还不行，请客户到网点换卡。")
    ),
    "chip_error": Told(N_("读卡错误，卡里的内容不对。"), NOT_SENT_YET, N_("请客户到网点换卡。")),
    "chip_blocked": Told(N_("卡片已锁定。"), NOT_SENT_YET, N_("请客户联系发卡行。")),
    "chip_not_accepted": Told(N_("不支持此卡。"), NOT_SENT_YET, N_("请客户换一张银行卡。")),
    "chip_declined": Told(N_("卡片拒绝交易。"), NOT_SENT_YET, N_("请客户联系发卡行。")),
    "expired": Told(N_("这张卡已过有效期。"), NOT_SENT_YET, N_("请客户到网点换卡。")),
    "foreign_card": Told(
        N_("本站不受理这家银行的卡。"), NOT_SENT_YET, N_("请客户换一张卡，或到发卡行办理。")
    ),
    "amount_rule": Told(N_("这个金额不合规定。"), NOT_SENT_YET, N_("请按屏幕上的规定重新输入。")),
    "no_cash": Told(N_("柜员现金不够付这个金额。"), NOT_SENT_YET, N_("请改小金额，或先补现金。")),
    "no_answer": Told(N_("银行没有答复这次查询。"), NO_CHARGE, N_("请稍后再查；查询不会扣钱。")),
    "not_found": Told(
        N_("银行查不到这个人的参保登记。"),
        NO_CHARGE,
        N_("请核对身份证号；没有参保请到村委会登记。"),
    ),
    "already_paid": Told(
        N_("这一年已经缴过了。"), NO_CHARGE, N_("不用再缴；有疑问请拨打 {phone}。")
    ),
    "status_not_payable": Told(
        N_("这个人现在不用缴费，或者不能缴费。"), NO_CHARGE, N_("有疑问请拨打 {phone}。")
    ),
    "no_years": Told(N_("没有可以缴费的年度。"), NO_CHARGE, N_("有疑问请拨打 {phone}。")),
    "year_rule": Told(N_("这一年不能缴。"), NOT_SENT_YET, N_("请按屏幕上的年度重新选择。")),
    "id_rule": Told(
        N_("身份证号不对，请逐位核对。"), NOT_SENT_YET, N_("共 18 位，最后一位可能是 X。")
    ),
    "link_down": Told(
        N_("网络不通，现在不能刷卡缴费。"), NOT_SENT_YET, N_("可以收现金，网络通后自动上传。")
    ),
    "rolled_back": Told(
        N_("本机的流水比银行的旧，已停止办理。"),
        NOT_SENT_YET,
        N_("请把现金退还客户，马上拨打 {phone}。"),
    ),
    "queue_full": Told(
        N_("待上传的缴费已到上限。"), NOT_SENT_YET, N_("请把现金退还客户，等网络正常后再办理。")
    ),
    "clock": Told(
        N_("站点时间不可信，没有发给银行。"), NOT_SENT_YET, N_("等签到校准时间后再办理。")
    ),
    "disk_full": Told(N_("磁盘满了，没有发给银行。"), NOT_SENT_YET, CALL),
    "tier_rule": Told(N_("这个档次或金额不能缴。"), NOT_SENT_YET, N_("请按屏幕上的档次重新选择。")),
}

# Why a device ended a service: a reason is the device and one of these, as in `pad_gone`
FAULTS: dict[str, Told] = {
    "gone": Told(
        N_("{device}断开了：电源或连接线松了。"),
        NOT_SENT_YET,
        N_("请插紧电源和连接线，再重新开始。"),
    ),
    "silent": Told(
        N_("{device}没有回应。"), NOT_SENT_YET, N_("请关开一次它的电源；还不行请拨打 {phone}。")
    ),
    "broken": Told(N_("{device}报告自己有故障。"), NOT_SENT_YET, CALL),
    "tampered": Told(
        N_("{device}报告被拆动过，已停用。"), NOT_SENT_YET, N_("请勿再用，马上拨打 {phone}。")
    ),
    "no_master_key": Told(N_("{device}里没有主密钥。"), NOT_SENT_YET, CALL),
    "wrong_key": Told(
        N_("{device}的密钥不对，系统正在重新签到。"), NOT_SENT_YET, N_("请稍等一分钟再办理。")
    ),
    "busy": Told(N_("{device}正忙。"), NOT_SENT_YET, N_("请稍等一分钟再办理。")),
    "paper_out": Told(N_("{device}没有纸。"), NOT_SENT_YET, N_("请装上新纸卷。")),
    "cover_open": Told(N_("{device}的盖子开着。"), NOT_SENT_YET, N_("请盖好盖子。")),
    "cutter": Told(N_("{device}的切刀卡住了。"), NOT_SENT_YET, CALL),
    "head_hot": Told(N_("{device}太热。"), NOT_SENT_YET, N_("请等几分钟再办理。")),
    "not_understood": Told(
        N_("{device}的回答异常。"), NOT_SENT_YET, N_("请关开一次它的电源；还不行请拨打 {phone}。")
    ),
}

# Rules that the screen checks while one keys; the engine judges again
INPUT: dict[str, str] = {
    "amount_step": N_("要输入 {step} 元的整数倍。"),
    "amount_min": N_("最少 {min}。"),
    "amount_max": N_("最高 {max}。"),
    "amount_cash": N_("柜员现金只有 {cash}，不够付。"),
    "part_max": N_("最多缴 {max}。"),
    "part_zero": N_("请输入要缴的金额。"),
    "id_length": N_("身份证号要 18 位，现在是 {length} 位。"),
    "id_check": N_("身份证号不对：校验位不符，请逐位核对。"),
    "id_date": N_("身份证号不对：出生日期不存在。"),
    "operator": N_("操作员号是两位数字。"),
    "nobody": N_("没有这个操作员号，请看下面的名单。"),
    "reference": N_("来函编号至少 4 位数字。"),
    "amount_drawer": N_("钱箱里没有这么多现金。"),
    "pin_length": N_("密码是 6 到 12 位数字。"),
    "empty": N_("请先输入。"),
}

# What preflight misses (`Lack.kind`): what, and what to do
LACKS: dict[str, tuple[str, str]] = {
    "paper_out": (N_("打印机没有纸。"), N_("请装上新纸卷。")),
    "cover_open": (N_("打印机盖子开着。"), N_("请盖好盖子。")),
    "printer": (N_("打印机不能用。"), N_("请检查电源和连接线；还不行请拨打 {phone}。")),
    "pad": (N_("密码键盘不能用。"), N_("请检查连接线；还不行请拨打 {phone}。")),
    "reader": (N_("读卡器不能用。"), N_("请检查连接线；还不行请拨打 {phone}。")),
    "signed_out": (N_("还没有向银行签到。"), N_("系统会自动签到，请等网络正常。")),
    "signing_in": (N_("正在向银行签到。"), N_("请稍等片刻再办理。")),
    "unwitnessed": (N_("银行还没有核对本机的流水。"), N_("系统会自动再试，请稍等片刻再办理。")),
    "reversal_open": (N_("还有冲正没有完成。"), N_("取消完成前不办新的存取；可以按 2 现在再试。")),
    "cash": (N_("柜员现金不够。"), N_("请先补现金，或改小金额。")),
    "cash_short": (N_("柜员现金不够。"), N_("请先补现金，或改小金额。")),
    "disk": (N_("磁盘快满了，不能可靠记账。"), CALL),
    "clock": (N_("站点时间不可信。"), N_("等签到校准时间；还不行请拨打 {phone}。")),
    "shift_closed": (N_("还没有开班。"), N_("请先清点现金开班。")),
    "numbers": (N_("本批次的流水号已用完。"), N_("请先结账，再办理。")),
    "rolled_back": (
        N_("本机的流水比银行的旧，已停止办理。"),
        N_("请勿关机重装，马上拨打 {phone}。"),
    ),
    "settling": (N_("正在与银行批结算。"), N_("结算完成前不办新的存取；按 7 再按 5 查看。")),
    "forwarding": (N_("还有 1 笔现金缴费正在上传。"), N_("请等银行答复，再结算。")),
    "role": (N_("代办员只办缴费和查询。"), N_("请由站点操作员登录办理。")),
    "journal_damaged": (N_("流水文件损坏，已停止办理。"), N_("请勿关机重装，马上拨打 {phone}。")),
}

# What stays on the home page until dealt with (`Alert.kind`)
ALERTS: dict[str, str] = {
    "reversal_open": N_("还有 1 笔冲正未完成（{time}，{amount}，{card}）  按 6 查看"),
    "reversal_answered": N_(
        "还有 1 笔冲正未完成（{time}，{amount}，{card}），银行答复 {detail}  按 6 查看"
    ),
    "exception": N_("有 1 笔疑难交易待银行查明（{time}，{amount}，{card}）  按 6 查看"),
    "cash_unconfirmed": N_("有 1 笔取款未确认付现（{time}，{amount}，{card}）  按 6 查看"),
    "settling": N_("批结算还没有完成，暂时不办新的存取  按 7 再按 5 查看"),
    "queued": N_("有 1 笔现金缴费待上传（{time}，{amount}，{card}）  网络通后自动上传"),
    "queued_refused": N_("银行没有受理 1 笔已收现金的缴费（{time}，{amount}，{card}）  按 6 查看"),
    "rolled_back": N_("本机的流水比银行的旧，已停止办理，请马上拨打银行电话"),
    "signed_out": N_("没有向银行签到，暂时不能办理存取  {detail}"),
    "device": N_("设备有故障：{detail}"),
    "device_gone": N_("设备没有连接：{detail}"),
    "paper_out": N_("打印机没有纸，请装上新纸卷"),
    "cover_open": N_("打印机盖子开着，请盖好盖子"),
    "paper_low": N_("打印纸快用完了，请准备新纸卷"),
    "clock": N_("站点时间与银行时间不符，正在重新校准"),
}

# Parts of the station, as `Alert.detail` and the top line name them
DEVICES: dict[str, str] = {
    "printer": N_("打印机"),
    "pad": N_("密码键盘"),
    "reader": N_("读卡器"),
    "chip": N_("芯片读卡器"),
    "device": N_("设备"),
}
ANY_DEVICE = "device"  # of a fault that does not say whose it is

# How the slip of an outcome stands (`DealView.slip`): the two ways it can end well, else a fault
SLIPS: dict[str, str] = {
    "printing": N_("小票正在打印 …"),
    "printed": N_("小票已打印。"),
    "uncertain": N_("小票不一定打全，请看一眼；不全请重打。"),
    "gone": N_("打印机断开了，小票没有打。请插好连接线后重打。"),
    "silent": N_("打印机没有回应，小票没有打。请检查后重打。"),
    "broken": N_("打印机有故障，小票没有打。请拨打 {phone}。"),
    "tampered": N_("设备报告被拆动过。请马上拨打 {phone}。"),
    "no_master_key": N_("设备没有主密钥。请拨打 {phone}。"),
    "wrong_key": N_("设备的密钥不对。请拨打 {phone}。"),
    "busy": N_("打印机正忙，小票没有打。请稍后重打。"),
    "paper_out": N_("打印机没有纸，小票没有打。请装纸后重打。"),
    "cover_open": N_("打印机盖子开着，小票没有打。请盖好后重打。"),
    "cutter": N_("打印机切刀卡住了。请清理后重打。"),
    "head_hot": N_("打印头太热，小票没有打。请等几分钟后重打。"),
    "not_understood": N_("打印机回答异常，小票没有打。请关开一次电源后重打。"),
}

SERVICES: dict[str, str] = {
    "sign_in": N_("签到"),
    "echo": N_("线路测试"),
    "withdrawal": N_("取款"),
    "balance": N_("查询余额"),
    "contribution_query": N_("缴养老保险"),
    "contribution_card": N_("缴养老保险"),
    "contribution_cash": N_("缴养老保险"),
    "settlement": N_("批结算"),
    "batch_upload": N_("批上送"),
    "batch_end": N_("批上送结束"),
    "batch_end_balanced": N_("批上送结束"),
    "batch_chip": N_("批上送（芯片卡）"),
    "batch_chip_unbalanced": N_("批上送（芯片卡）"),
    "sign_out": N_("签退"),
    "pension_arrivals": N_("养老金到账"),
    "payee_query": N_("收款人查询"),
    "transfer": N_("转账汇款"),
    "remittance": N_("现金汇款"),
    "loss_report": N_("口头挂失"),
    "card_collection": N_("领卡登记"),
    "sms_notice": N_("短信签约"),
    "pin_change": N_("修改密码"),
    "identity_check": N_("联网核查"),
    "void": N_("撤销"),
    "script_result": N_("脚本通知"),
    "fee_table": N_("费率下载"),
    "parameters": N_("参数下载"),
    "parameters_end": N_("参数下载结束"),
    "status": N_("状态上送"),
    "ca_keys_query": N_("公钥查询"),
    "ca_key": N_("公钥下载"),
    "ca_keys_end": N_("公钥下载结束"),
    "aids_query": N_("应用参数查询"),
    "aid": N_("应用参数下载"),
    "aids_end": N_("应用参数下载结束"),
}

OUTCOMES: dict[str, str] = {
    "open": N_("等待答复"),
    "approved": N_("成功"),
    "declined": N_("被拒绝"),
    "not_sent": N_("没有发出"),
    "unknown": N_("结果未知"),
    "cancelling": N_("正在取消"),
    "reversed": N_("已取消"),
    "exception": N_("待银行查明"),
    "queued": N_("待上传"),
}

CASH: dict[str, str] = {
    "": "",
    "unconfirmed": N_("付现未确认"),
    "handed": N_("现金已付"),
    "not_handed": N_("现金未付"),
    "taken": N_("现金已收"),
}

WHY_NOT_HANDED: dict[str, str] = {
    "left": N_("客户已离开"),
    "no_notes": N_("现金不够"),
    "changed_mind": N_("客户改变主意"),
    "other": N_("其他"),
}

PAYERS: dict[str, str] = {
    "1": N_("本人"),
    "2": N_("配偶"),
    "3": N_("子女"),
    "4": N_("父母"),
    "9": N_("其他人"),
}

STATUSES: dict[str, str] = {  # DE62 element ST (`county-wire.md`)
    "A": N_("正常缴费"),
    "P": N_("暂停缴费"),
    "R": N_("正在领取养老金"),
    "D": N_("已故"),
    "N": N_("未登记"),
    "?": N_("银行还没有核对"),
}

WHY_VARIANCE: dict[str, str] = {  # of a count: what stands in the fact (journal.words)
    "wrong_payment": N_("付款或收款时数错了"),
    "wrong_opening": N_("开班时点错了"),
    "counterfeit": N_("收到了假币"),
    "own_money": N_("混进了自己的钱，或自己垫了钱"),
    "unknown": N_("找不出原因"),
}

SIGN_ON_NOTES: dict[str, Told] = {  # first word of `View.note`
    "disk": Told(N_("磁盘满了，登录记不下来。"), N_("钱没有动。"), CALL),
    "wrong": Told(N_("操作员号或密码不对。"), N_("钱没有动。"), N_("请再输一次。")),
    "locked": Told(N_("错误次数太多，已暂时锁住。"), N_("钱没有动。"), N_("请等到时间过后再试。")),
    "blocked": Told(
        N_("这个操作员号已停用。"),
        N_("钱没有动。"),
        N_("请客户经理在这里登录解锁，或拨打 {phone}。"),
    ),
    "role": Told(N_("这个人不在柜台办业务。"), N_("钱没有动。"), N_("请由站点操作员登录。")),
}

UNLOCK_NOTES: dict[str, str] = {  # first word of `View.note` while the account manager is here
    "unlocked": N_("操作员 {number} 已解锁，可以重新登录。"),
    "free": N_("操作员 {number} 没有被锁。"),
    "suspended": N_("操作员 {number} 已被停用，不能在这里恢复。"),
    "nobody": N_("没有操作员 {number}。"),
}

UNKNOWN_REASON = Told(N_("业务没有办成（{kind}）。"), NO_CHARGE, CALL)
UNKNOWN_LACK = (N_("还缺一样条件（{kind}）。"), CALL)
UNKNOWN_ALERT = N_("有一件事要处理（{kind}）")
UNKNOWN_WORD = N_("其他（{kind}）")
