"""The one place that speaks to the network: a digest goes to its outlet through Apprise."""

from __future__ import annotations

import logging
import re
from typing import NamedTuple

from django.conf import settings

from bihuan.models import Outlet
from bihuan.rules.digest_words import Digest
from bihuan.rules.outlets import apprise_url
from bihuan.secret import unlock

_LONGEST = 200
_COMPLAINTS = {str(level) for level in (logging.WARNING, logging.ERROR, logging.CRITICAL)}
#: What is said when the other side may have taken it and the answer alone is missing.
_UNSURE = re.compile(
    r"Read timed out|RemoteDisconnected|reset by peer|Broken pipe|^.*SMTP.*timed out", re.MULTILINE
)


class Sent(NamedTuple):
    """How it went: ``reason`` is "" when it was taken, else why not (without secrets); ``unsure``: it may have been, though."""

    reason: str
    unsure: bool = False


def address_of(outlet: Outlet) -> str:
    """Return the Apprise address of ``outlet``. Raises OutletInvalid, KeyChanged or Missing."""
    return apprise_url(outlet.kind, unlock(outlet.secret), settings.MAIL_SERVER)


def send(address: str, digest: Digest) -> Sent:
    """Send ``digest`` to an Apprise ``address`` and tell how it went."""
    import apprise  # it takes longer to load than most commands to run

    with apprise.LogCapture(level=logging.DEBUG, fmt="%(levelno)s %(message)s") as log:  # type: ignore[no-untyped-call]
        courier = apprise.Apprise()
        known = courier.add(address)
        taken = known and courier.notify(
            title=digest.subject, body=digest.body, body_format=apprise.NotifyFormat.TEXT
        )
        said = log.getvalue()
    if taken:
        return Sent("")
    reason = _without_secrets(said, address) or "对方没有接收，也没有说明原因。"
    return Sent(reason, unsure=_UNSURE.search(said) is not None)


def _without_secrets(text: str, address: str) -> str:
    """Keep the last complaint; parts of the address that look like tokens are blotted out."""
    said = [line.partition(" ") for line in text.splitlines()]
    shown = next((what for level, _, what in reversed(said) if level in _COMPLAINTS), "").strip()
    for token in sorted(set(re.findall(r"[^/?&=:@]{6,}", address)), key=len, reverse=True):
        shown = shown.replace(token, "…")
    return shown[:_LONGEST]


def try_out(outlet: Outlet) -> str:
    """Send a message that says it is a trial; returns "" when it was taken, else why not."""
    return send(address_of(outlet), Digest("闭环测试消息", "收到这一条，说明消息通道已接通。")).reason
