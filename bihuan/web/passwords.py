"""What a password must be beyond Django's own rules."""

from __future__ import annotations

from django.core.exceptions import ValidationError

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
