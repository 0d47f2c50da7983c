"""Log in, log out, change the password."""

from __future__ import annotations

from time import time
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout as end_session
from django.contrib.auth import password_validation, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters

from bihuan.queries.accounts import password_is_old
from bihuan.web import dates, sittings
from bihuan.web.access import Door, Request, opens_to
from bihuan.web.forms.account import ChangePassword, LogIn
from bihuan.web.signin import TOO_MANY, begin, too_many


@opens_to(Door.ANYONE, "GET", "POST")
@sensitive_post_parameters("password")
def login(request: HttpRequest) -> HttpResponse:
    """Begin a session, and go where the person wanted to go."""
    target = _safe(request, request.POST.get("next") or request.GET.get("next", ""))
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
    return render(request, "login.html", {"form": form, "next": target}, status=status)


def _safe(request: HttpRequest, target: str) -> str:
    """Return ``target`` if it lies on this site, else nothing: a link to us must not lead on to somewhere else."""
    hosts, secure = {request.get_host()}, request.is_secure()
    return (
        target if url_has_allowed_host_and_scheme(target, allowed_hosts=hosts, require_https=secure) else ""
    )


@opens_to(Door.ANYONE, "POST")
def logout(request: HttpRequest) -> HttpResponse:
    """End the session."""
    sittings.forget(request)
    end_session(request)
    messages.success(request, "已退出登录。")
    return redirect("login")


@opens_to(Door.CHANGING, "GET", "POST")
@sensitive_post_parameters("old", "new", "again")
def password(request: Request) -> HttpResponse:
    """Change the person's own password; other sessions of the account end."""
    account = request.account
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
