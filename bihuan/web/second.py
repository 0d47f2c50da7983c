"""The second factor: a six-digit code of half a minute (TOTP, RFC 6238) from an app on the phone."""

from __future__ import annotations

import base64
import hashlib
from time import time

import pyotp
import segno
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from bihuan.models import Account

_ISSUER = "bihuan"
#: Clocks differ: the code of the step before and after is taken too.
_WINDOW = 1


def new_secret() -> str:
    """Return a fresh secret (base 32)."""
    return pyotp.random_base32()


def picture(account: Account, secret: str) -> SafeString:
    """Return the QR code that the app reads, as SVG without a style of its own."""
    address = pyotp.TOTP(secret).provisioning_uri(name=account.name, issuer_name=_ISSUER)
    drawn = segno.make(address, error="m").svg_inline(scale=5, border=2, svgclass="qr", lineclass=None)
    return mark_safe(drawn)  # noqa: S308  # nothing in it comes from a user but the name, which is encoded into the modules


def seal(secret: str) -> str:
    """Return the secret as it is stored: whoever reads the database alone cannot make codes."""
    return _box().encrypt(secret.encode()).decode()


def step_of(secret: str, code: str, now: float | None = None) -> int:
    """Return the step of time that ``code`` belongs to, 0 if it is wrong or old."""
    totp, at = pyotp.TOTP(secret), int(now if now is not None else time())
    digits = "".join(code.split())
    for away in range(-_WINDOW, _WINDOW + 1):
        moment = at + away * totp.interval
        if pyotp.utils.strings_equal(digits, totp.at(moment)):
            return moment // totp.interval
    return 0


def take(account: Account, code: str) -> bool:
    """Whether ``code`` is right; it is used up, so that nobody who saw it can use it again."""
    try:
        secret = _box().decrypt(account.second.encode()).decode()
    except InvalidToken:
        return False  # the server's key was changed: an administrator resets the account
    step = step_of(secret, code)
    unused = Account.objects.filter(pk=account.pk, second_step__lt=step)
    return bool(step) and bool(unused.update(second_step=step))


def _box() -> Fernet:
    key = hashlib.sha256(b"bihuan.second:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
