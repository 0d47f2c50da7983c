"""What a password must be beyond Django's own rules, and when it has grown old."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError

from bihuan.models import Account
from bihuan.web import dates

_WANTED = 3


class Mixed:
    """Asks for three of: small letters, capitals, digits, other characters (等保: 口令复杂度)."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError for a password of too few kinds of character."""
        kinds = [any(map(test, password)) for test in (str.islower, str.isupper, str.isdigit, _is_other)]
        if sum(kinds) < _WANTED:
            raise ValidationError(self.get_help_text(), code="password-not-mixed")

    def get_help_text(self) -> str:
        """Say the rule."""
        return "密码须包含小写字母、大写字母、数字、其他符号中的至少三种。"


def _is_other(char: str) -> bool:
    return not (char.islower() or char.isupper() or char.isdigit())


def password_is_old(account: Account) -> bool:
    """Whether the password was last changed longer ago than the settings allow."""
    days, changed = settings.PASSWORD_DAYS, account.password_at
    return bool(days and changed and dates.now() - changed > timedelta(days=days))
