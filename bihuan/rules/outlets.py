"""Where digests can go, and how what an administrator copies from there becomes an Apprise address."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, quote, urlsplit

from bihuan.rules.errors import Invalid

OUTLETS = {
    "mail": "电子邮件",
    "wecom": "企业微信群机器人",
    "dingtalk": "钉钉群机器人",
    "feishu": "飞书群机器人",
    "gateway": "本单位的消息网关",
}
"""Kind of outlet → what people call it."""

#: Characters that a digest may have: what the robots take, less what the title and the link need.
LIMITS = {"mail": 20_000, "wecom": 600, "dingtalk": 6_000, "feishu": 6_000, "gateway": 20_000}
#: Seconds until a server must have taken the connection, and until it must have answered; an address may name others.
_PATIENCE = {"cto": 5, "rto": 15}
_ADDRESS = re.compile(r"[^@\s:/?#]+@[^@\s:/?#]+\.[^@\s:/?#]+|[^@\s:/?#]+@localhost")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{8,}")


class OutletInvalid(Invalid):
    """消息通道的地址不对。"""

    code = "outlet-invalid"


def check(kind: str, secret: str) -> str:
    """Return ``secret`` as it is kept: an e-mail address, a robot's token, a gateway's address. Raises OutletInvalid."""
    if kind not in OUTLETS:
        raise OutletInvalid(f"没有“{kind}”这种消息通道。", hint=f"可选：{'、'.join(OUTLETS)}。")
    return _CHECKS[kind](secret.strip())


def _mail(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise OutletInvalid(f"“{text}”不是电子邮件地址。", hint="应写成 name@example.gov.cn。")
    return text


def _wecom(text: str) -> str:
    return _token(text, "key", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…")


def _dingtalk(text: str) -> str:
    """The address of the robot, and after a space its 加签 secret where it has one."""
    address, _, secret = text.partition(" ")
    token = _token(address, "access_token", "https://oapi.dingtalk.com/robot/send?access_token=…")
    if secret and not _TOKEN.fullmatch(secret.strip()):
        raise OutletInvalid("钉钉机器人的加签密钥不对。", hint="密钥以 SEC 开头，写在地址之后，空一格。")
    return f"{token} {secret.strip()}".strip()


def _feishu(text: str) -> str:
    """The token is the last part of the path."""
    found = urlsplit(text).path.rstrip("/").rpartition("/")[2] if "://" in text and "/hook/" in text else text
    return _bare(found, "https://open.feishu.cn/open-apis/bot/v2/hook/…")


def _token(text: str, name: str, example: str) -> str:
    found = parse_qs(urlsplit(text).query).get(name, [""])[0] if "://" in text else text
    return _bare(found, example)


def _bare(token: str, example: str) -> str:
    if not _TOKEN.fullmatch(token):
        raise OutletInvalid("群机器人的地址不对。", hint=f"请把机器人设置里的地址整个复制过来：{example}")
    return token


def _gateway(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise OutletInvalid("消息网关的地址不对。", hint="应以 http:// 或 https:// 开头。")
    return text


_CHECKS: dict[str, Callable[[str], str]] = {
    "mail": _mail,
    "wecom": _wecom,
    "dingtalk": _dingtalk,
    "feishu": _feishu,
    "gateway": _gateway,
}


def apprise_url(kind: str, secret: str, mail_server: str = "") -> str:
    """Return the Apprise address of a checked outlet; ``mail_server`` is the setting BIHUAN_MAIL. Raises OutletInvalid."""
    if kind == "mail":
        if urlsplit(mail_server).scheme not in {"mailto", "mailtos"}:
            raise OutletInvalid(
                "还没有设置发信的邮件服务器。",
                hint="请把 BIHUAN_MAIL 设为 mailtos://用户:密码@服务器:端口?from=发信地址。",
            )
        return f"{_with(mail_server)}&to={quote(secret)}"
    if kind == "gateway":
        return _with("json" + secret.removeprefix("http"))
    token, _, sign = secret.partition(" ")
    scheme = {"wecom": "wecombot", "dingtalk": "dingtalk", "feishu": "feishu"}[kind]
    return _with(f"{scheme}://{sign}@{token}/" if sign else f"{scheme}://{token}/")


def _with(url: str) -> str:
    """Add what is missing of the patience; the address has a query afterwards."""
    said = parse_qs(urlsplit(url).query)
    patience = "&".join(f"{name}={seconds}" for name, seconds in _PATIENCE.items() if name not in said)
    return f"{url}{'&' if '?' in url else '?'}{patience}"
