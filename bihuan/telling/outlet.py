"""The one place that speaks to the network: a digest goes to its outlet through Apprise."""

from __future__ import annotations

import io
import logging
import re

from django.conf import settings

from bihuan.models import Outlet
from bihuan.rules.digest_words import Digest
from bihuan.rules.outlets import apprise_url
from bihuan.secret import unlock

_LONGEST = 200


def address_of(outlet: Outlet) -> str:
    """Return the Apprise address of ``outlet``. Raises OutletInvalid, KeyChanged or Missing."""
    return apprise_url(outlet.kind, unlock(outlet.secret), settings.MAIL_SERVER)


def send(address: str, digest: Digest) -> str:
    """Send ``digest`` to an Apprise ``address``; returns "" when it was taken, else why it was not (without secrets)."""
    import apprise  # it takes longer to load than most commands to run

    said = io.StringIO()
    with apprise.LogCapture(level=logging.WARNING, fmt="%(message)s") as log:
        courier = apprise.Apprise()
        known = courier.add(address)
        taken = known and courier.notify(
            title=digest.subject, body=digest.body, body_format=apprise.NotifyFormat.TEXT
        )
        said.write(log.getvalue())
    if taken:
        return ""
    return _without_secrets(said.getvalue(), address) or "对方没有接收，也没有说明原因。"


def _without_secrets(text: str, address: str) -> str:
    """Keep the last thing that was said; parts of the address that look like tokens are blotted out."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    shown = lines[-1] if lines else ""
    for token in sorted(set(re.findall(r"[^/?&=:@]{6,}", address)), key=len, reverse=True):
        shown = shown.replace(token, "…")
    return shown[:_LONGEST]
