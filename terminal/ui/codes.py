"""Answer codes (DE39) in words for the counter: what it means, and what the villager can do.

The Chinese text of a code comes with the view, from the profile; the text here is the one that has
a translation, and stands in where the profile has none. Source: `bank-wire.md` section 12 and
`county-wire.md`, "Answers beside the base table".
"""

from __future__ import annotations

from enum import Enum

from terminal.i18n import N_


class Advice(Enum):
    """What to do after a decline."""

    ISSUER = N_("请客户联系发卡银行。")
    PIN = N_("请客户想清密码再重新办理，再错可能锁卡。")
    PIN_LOCKED = N_("请客户带身份证到发卡银行解锁。")
    AMOUNT = N_("可以改小金额重新办理。")
    TOMORROW = N_("请明天再办理，或到银行网点办理。")
    OTHER_CARD = N_("请换一张卡，或到银行网点办理。")
    CAPTURE = N_("请勿强行留卡；请客户联系发卡银行。有疑问请拨打 {phone}。")
    LATER = N_("请稍后重新办理。")
    SIGN_IN = N_("系统正在重新签到，请稍等一分钟再办理。")
    STATION = N_("请拨打 {phone}。")
    TOWNSHIP = N_("请到村委会或乡镇社保所核实。")
    CHOOSE = N_("请重新选择年度或档次。")
    NO_NEED = N_("不用再缴；有疑问请拨打 {phone}。")


CODES: dict[str, tuple[str, Advice]] = {
    "01": (N_("请持卡人与发卡银行联系"), Advice.ISSUER),
    "02": (N_("请持卡人与发卡银行联系"), Advice.ISSUER),
    "03": (N_("无效商户"), Advice.STATION),
    "04": (N_("此卡被没收"), Advice.CAPTURE),
    "05": (N_("持卡人认证失败"), Advice.ISSUER),
    "06": (N_("银行处理出错"), Advice.LATER),
    "07": (N_("特定条件下没收卡"), Advice.CAPTURE),
    "09": (N_("请求正在处理中"), Advice.LATER),
    "10": (N_("银行只同意部分金额"), Advice.AMOUNT),
    "12": (N_("无效交易"), Advice.STATION),
    "13": (N_("无效金额"), Advice.AMOUNT),
    "14": (N_("无效卡号"), Advice.OTHER_CARD),
    "15": (N_("此卡无对应发卡方"), Advice.OTHER_CARD),
    "17": (N_("银行拒绝了这张卡"), Advice.ISSUER),
    "19": (N_("刷卡读取错误，请重刷"), Advice.LATER),
    "20": (N_("银行答复无效"), Advice.LATER),
    "21": (N_("该卡未启用"), Advice.ISSUER),
    "22": (N_("操作有误或超出交易允许天数"), Advice.ISSUER),
    "23": (N_("手续费与银行不一致"), Advice.STATION),
    "25": (N_("没有原始交易"), Advice.STATION),
    "30": (N_("报文格式错"), Advice.STATION),
    "31": (N_("此卡不能受理"), Advice.OTHER_CARD),
    "33": (N_("过期卡，没收"), Advice.CAPTURE),
    "34": (N_("可疑卡，没收"), Advice.CAPTURE),
    "35": (N_("请联系收单银行，没收卡"), Advice.CAPTURE),
    "36": (N_("受限制的卡，没收"), Advice.CAPTURE),
    "37": (N_("请联系收单银行安全部门，没收卡"), Advice.CAPTURE),
    "38": (N_("密码错误次数超限"), Advice.PIN_LOCKED),
    "39": (N_("无此信用卡账户"), Advice.OTHER_CARD),
    "40": (N_("发卡方不支持的交易类型"), Advice.OTHER_CARD),
    "41": (N_("挂失卡，没收"), Advice.CAPTURE),
    "42": (N_("无此账户"), Advice.OTHER_CARD),
    "43": (N_("被窃卡，没收"), Advice.CAPTURE),
    "44": (N_("无此投资账户"), Advice.OTHER_CARD),
    "45": (N_("这张卡要插芯片办理"), Advice.OTHER_CARD),
    "51": (N_("可用余额不足"), Advice.AMOUNT),
    "52": (N_("无此支票账户"), Advice.OTHER_CARD),
    "53": (N_("无此储蓄账户"), Advice.OTHER_CARD),
    "54": (N_("该卡已过期"), Advice.ISSUER),
    "55": (N_("密码错"), Advice.PIN),
    "56": (N_("无此卡记录"), Advice.OTHER_CARD),
    "57": (N_("不允许此卡交易"), Advice.OTHER_CARD),
    "58": (N_("不允许该卡在本终端交易"), Advice.OTHER_CARD),
    "59": (N_("卡片校验错"), Advice.ISSUER),
    "60": (N_("请联系收单银行"), Advice.STATION),
    "61": (N_("交易金额超限"), Advice.AMOUNT),
    "62": (N_("受限制的卡"), Advice.ISSUER),
    "63": (N_("违反安全保密规定"), Advice.STATION),
    "64": (N_("金额与原交易不匹配"), Advice.STATION),
    "65": (N_("超出取款次数限制"), Advice.TOMORROW),
    "66": (N_("请联系收单银行安全部门"), Advice.STATION),
    "67": (N_("没收卡"), Advice.CAPTURE),
    "68": (N_("发卡银行超时"), Advice.LATER),
    "75": (N_("密码错误次数超限"), Advice.PIN_LOCKED),
    "77": (N_("要重新签到"), Advice.SIGN_IN),
    "79": (N_("要重传脱机数据"), Advice.STATION),
    "87": (N_("密码密钥不同步"), Advice.SIGN_IN),
    "88": (N_("校验密钥不同步"), Advice.SIGN_IN),
    "89": (N_("受理方状态非法"), Advice.STATION),
    "90": (N_("银行正在日切"), Advice.LATER),
    "91": (N_("发卡方状态不正常"), Advice.LATER),
    "92": (N_("发卡方线路异常"), Advice.LATER),
    "93": (N_("交易违法，不能完成"), Advice.STATION),
    "94": (N_("重复交易"), Advice.LATER),
    "95": (N_("对账控制错"), Advice.STATION),
    "96": (N_("交换中心异常"), Advice.LATER),
    "97": (N_("终端未登记"), Advice.STATION),
    "98": (N_("发卡银行没有答复"), Advice.LATER),
    "99": (N_("密码加密出错"), Advice.SIGN_IN),
    "A0": (N_("报文校验错"), Advice.SIGN_IN),
    "A1": (N_("转账货币不一致"), Advice.STATION),
    "A3": (N_("账户不正确"), Advice.OTHER_CARD),
    "A7": (N_("安全处理失败"), Advice.STATION),
    "P1": (N_("参保人不存在"), Advice.TOWNSHIP),
    "P2": (N_("该年度已缴费"), Advice.NO_NEED),
    "P3": (N_("档次不可选"), Advice.CHOOSE),
    "P4": (N_("不在参保年龄"), Advice.TOWNSHIP),
    "P5": (N_("该年度不可补缴"), Advice.CHOOSE),
    "P6": (N_("金额与档次不符"), Advice.CHOOSE),
    "P7": (N_("站点结算账户余额不足"), Advice.STATION),
    "P8": (N_("身份待核查，限制办理"), Advice.TOWNSHIP),
    "P9": (N_("收款人户名不符"), Advice.LATER),
}
