"""A person's own account: password, second factor, and where they are logged in."""

from __future__ import annotations

from time import time

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from bihuan.actions.sittings import end_sittings
from bihuan.models import Account
from bihuan.queries.accounts import provider_name, uses_password, uses_second
from bihuan.queries.sittings import find_sitting
from bihuan.queries.sittings import sittings as sittings_of
from bihuan.rules.errors import Invalid
from bihuan.web import dates, second, sittings
from bihuan.web.access import Door, Request, opens_to
from bihuan.web.forms.account import Code
from bihuan.web.signin import TOO_MANY, begin, count_failure, is_locked, too_many

#: Seconds between the password and the code.
_HALF = 5 * 60


@opens_to(Door.ANYONE, "GET", "POST")
def enter(request: HttpRequest) -> HttpResponse:
    """Ask for the code after the password was right."""
    half = request.session.get("half")
    if not half or time() - half["at"] > _HALF:
        return redirect("login")
    account = Account.objects.filter(pk=half["account"], is_active=True).first()
    if account is None or is_locked(account):
        request.session.flush()
        return redirect("login")
    if request.method == "POST" and too_many(request):
        return render(request, "errors/error.html", TOO_MANY, status=429)
    form = Code(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if second.take(account, form.cleaned_data["code"]):
            del request.session["half"]
            begin(request, account)
            return redirect(half["next"] or "todo")
        count_failure(account)
        form.add_error("code", "验证码不对，或已经用过。请等下一个再输。")
    return render(request, "second.html", {"form": form}, status=401 if form.errors else 200)


@opens_to(Door.SIGNED_IN)
def page(request: Request) -> HttpResponse:
    """Show how the account is secured, and where it is used."""
    here = request.session.session_key
    context = {
        "second": bool(request.account.second),
        "asks_second": uses_second(request.account),
        "by_provider": "" if uses_password(request.account) else provider_name(),
        "sittings": [
            (s.name, s.row, s.row.session_key == here) for s in sittings_of(request.account, dates.now())
        ],
    }
    return render(request, "security.html", context)


@opens_to(Door.CHANGING, "GET", "POST")
def set_up(request: Request) -> HttpResponse:
    """Set the second factor up: show the secret, and take it once a code of it was given."""
    if request.account.second:
        return redirect("security")
    secret = request.session.setdefault("secret", second.new_secret())
    form = Code(request.POST or None)
    if request.method == "POST" and form.is_valid():
        step = second.step_of(secret, form.cleaned_data["code"])
        if step:
            request.account.second, request.account.second_step = second.seal(secret), step
            request.account.save(update_fields=["second", "second_step"])
            del request.session["secret"]
            sittings.end_others(request)
            messages.success(request, "已启用两步登录。以后登录要再输一次手机上的验证码。")
            return redirect("security")
        form.add_error("code", "验证码不对。请核对手机的时间，等下一个再输。")
    context = {"form": form, "secret": secret, "picture": second.picture(request.account, secret)}
    return render(request, "second_set.html", context, status=422 if form.errors else 200)


@opens_to(Door.SIGNED_IN, "POST")
def take_off(request: Request) -> HttpResponse:
    """Go back to the password alone; a code is asked for, so that an open browser is not enough."""
    form = Code(request.POST)
    if not form.is_valid() or not second.take(request.account, form.cleaned_data["code"]):
        raise Invalid("验证码不对，两步登录没有停用。", hint="请输入手机上现在的验证码。")
    request.account.second = ""
    request.account.save(update_fields=["second"])
    messages.success(request, "已停用两步登录。")
    return redirect("security")


@opens_to(Door.SIGNED_IN, "POST")
def end(request: Request) -> HttpResponse:
    """End one session, or all but this one."""
    which = request.POST.get("which", "")
    if which == "others":
        sittings.end_others(request)
    else:
        end_sittings([find_sitting(request.account, which, dates.now()).row.session_key])
    messages.success(request, "已结束。")
    return redirect("security")
