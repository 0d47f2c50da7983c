"""What must not stand in a text that the inspected read: mobile numbers and identity numbers could give an informant away."""

from __future__ import annotations

import re

_MOBILE = re.compile(r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
_IDENTITY = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
)


def personal_number(text: str) -> str:
    """Return what kind of personal number stands in ``text`` (手机号码, 身份证号), or ""."""
    if _IDENTITY.search(text):
        return "身份证号"
    return "手机号码" if _MOBILE.search(text) else ""
