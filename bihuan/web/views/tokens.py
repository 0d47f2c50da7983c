"""A person's tokens: what their programs show to the API in their name."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from bihuan.actions.tokens import LIVES, make_token, revoke_token
from bihuan.queries.accounts import tokens
from bihuan.rules.errors import BihuanError
from bihuan.web import dates
from bihuan.web.access import Door, Request, opens_to
from bihuan.web.forms import fields as f


class NewToken(forms.Form):
    """What a new token is for, and how long it can be used."""

    name = f.line("用途", required=True, most=60, help_text="写明哪个程序用它，如“每周汇总脚本”。")
    days = f.choice("有效期", [(str(days), f"{days}天") for days in LIVES], required=True)


@opens_to(Door.SIGNED_IN, "GET", "POST")
def page(request: Request) -> HttpResponse:
    """List the tokens; make one (it is shown this once), or take one back."""
    account, text = request.account, ""
    wanted = request.POST.get("revoke", "")
    if wanted:
        revoke_token(
            account, int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 19 else 0
        )
        messages.success(request, "令牌已停用。用它的程序从现在起不能再访问。")
        return redirect("security-tokens")
    form = NewToken(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _, text = make_token(
                account, dates.now(), form.cleaned_data["name"], days=int(form.cleaned_data["days"])
            )
        except BihuanError as error:
            form.add_error(None, str(error))
        else:
            form = NewToken()
    context = {"form": form, "tokens": tokens(account, dates.now()), "text": text}
    return render(request, "tokens.html", context, status=422 if form.errors else 200)
