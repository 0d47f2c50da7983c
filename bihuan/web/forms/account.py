"""Log-in and change of password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import authenticate, password_validation
from django.http import HttpRequest

from bihuan.models import Account
from bihuan.rules.errors import BihuanError
from bihuan.web.signin import REFUSED


class LogIn(forms.Form):
    """Name and password."""

    name = forms.CharField(
        label="用户名",
        max_length=60,
        widget=forms.TextInput(
            attrs={"class": "form-control", "autocomplete": "username", "autofocus": True}
        ),
    )
    password = forms.CharField(
        label="密码",
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"class": "form-control", "autocomplete": "current-password"}),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.account: Account | None = None

    def clean(self) -> dict[str, Any]:
        """Find the account. The refusal is the same whatever is wrong with what was typed."""
        data = super().clean() or {}
        if self.errors:
            return data
        try:
            found = authenticate(self.request, name=data["name"], password=data["password"])
        except BihuanError as error:  # of the directory, or of somebody whom it knows and we do not
            raise forms.ValidationError(str(error)) from None
        if not isinstance(found, Account):
            raise forms.ValidationError(REFUSED)
        self.account = found
        return data


def _password(label: str, autocomplete: str) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"class": "form-control", "autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, max_length=200, widget=widget)


class ChangePassword(forms.Form):
    """The present password, and the new one twice."""

    old = _password("现在的密码", "current-password")
    new = _password("新密码", "new-password")
    again = _password("再输一遍新密码", "new-password")

    def __init__(self, account: Account, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account

    def clean_old(self) -> str:
        """Check the present password."""
        old: str = self.cleaned_data["old"]
        if not self.account.check_password(old):
            raise forms.ValidationError("现在的密码不正确。")
        return old

    def clean_new(self) -> str:
        """Hold the new password to the rules of the settings; the old one is not new."""
        new: str = self.cleaned_data["new"]
        if new == self.cleaned_data.get("old"):
            raise forms.ValidationError("新密码不能与现在的相同。")
        password_validation.validate_password(new, self.account)
        return new

    def clean(self) -> dict[str, Any]:
        """See that both entries of the new password agree."""
        data = super().clean() or {}
        if "new" in data and "again" in data and data["new"] != data["again"]:
            self.add_error("again", "两次输入的新密码不一致。")
        return data


class Code(forms.Form):
    """The six digits of the second factor."""

    code = forms.CharField(
        label="验证码",
        max_length=10,
        widget=forms.TextInput(
            attrs={"class": "form-control", "inputmode": "numeric", "autocomplete": "one-time-code"}
        ),
    )
