"""Log in, log out, change the password."""

from __future__ import annotations

from time import time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout as end_session
from django.contrib.auth import password_validation, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from bihuan.queries.accounts import password_is_old, provider_name, uses_password
from bihuan.rules.errors import Invalid
from bihuan.rules.providers import Oidc
from bihuan.web import dates, sittings
from bihuan.web.access import Door, Request, opens_to
from bihuan.web.forms.account import ChangePassword, LogIn
from bihuan.web.signin import TOO_MANY, begin, safe, too_many
from bihuan.web.views import provider


@opens_to(Door.ANYONE, "GET", "POST")
@sensitive_post_parameters("password")
def login(request: HttpRequest) -> HttpResponse:
    """Begin a session, and go where the person wanted to go."""
    target = safe(request, request.POST.get("next") or request.GET.get("next", ""))
    if request.user.is_authenticated:
        return redirect(target or "todo")
    if request.method == "POST" and too_many(request):
        return render(request, "errors/error.html", TOO_MANY, status=429)
    form = LogIn(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        assert form.account is not None, "a valid form has found its account"
        if form.account.second:
            request.session.cycle_key()
            request.session["half"] = {"account": form.account.pk, "next": target, "at": int(time())}
            return redirect("second")
        begin(request, form.account)
        return redirect(target or "todo")
    status = 401 if form.errors else 200
    context = {"form": form, "next": target, "provider": settings.PROVIDER}
    context["by_redirect"] = isinstance(settings.PROVIDER, Oidc)
    context["admins_alone"] = settings.LOCAL_LOG_IN == "admins"
    return render(request, "login.html", context, status=status)


@opens_to(Door.ANYONE, "POST")
def logout(request: HttpRequest) -> HttpResponse:
    """End the session; a provider's own session is ended by the page that is shown then (a form may not lead to another host)."""
    token = request.session.get("vouched", "")
    sittings.forget(request)
    end_session(request)
    if token and (onward := provider.sign_out_address(request, token)):
        return render(request, "logged_out.html", {"onward": onward, "provider": settings.PROVIDER})
    messages.success(request, "已退出登录。")
    return redirect("login")


@opens_to(Door.CHANGING, "GET", "POST")
@sensitive_post_parameters("old", "new", "again")
def password(request: Request) -> HttpResponse:
    """Change the person's own password; other sessions of the account end."""
    account = request.account
    if not uses_password(account):
        raise Invalid(f"您用{provider_name()}登录，这里没有密码。", hint="密码请到那里修改。")
    form = ChangePassword(account, request.POST or None)
    if request.method == "POST" and form.is_valid():
        account.set_password(form.cleaned_data["new"])
        account.must_change, account.password_at = False, dates.now()
        account.save(update_fields=["password", "must_change", "password_at"])
        sittings.end_others(request)
        sittings.forget(request)
        update_session_auth_hash(request, account)
        sittings.begin(request, account)
        messages.success(request, "密码已修改。")
        return redirect("todo")
    context: dict[str, Any] = {
        "form": form,
        "must_change": account.must_change,
        "old": password_is_old(account, dates.now()),
    }
    context["rules"] = password_validation.password_validators_help_texts()
    return render(request, "password.html", context, status=422 if form.errors else 200)
