"""Log-in through the organisation's own provider: out to it, and back."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bihuan.rules.errors import NotFound
from bihuan.rules.providers import Oidc
from bihuan.web.access import Door, opens_to
from bihuan.web.signin import TOO_MANY, begin, known, safe, too_many


def _provider() -> Oidc:
    if not isinstance(settings.PROVIDER, Oidc):
        raise NotFound("这里没有设置统一身份认证。", hint="请用用户名和密码登录。")
    return settings.PROVIDER


@opens_to(Door.ANYONE)
def out(request: HttpRequest) -> HttpResponse:
    """Go to the provider."""
    from bihuan.web import oidc  # a third of a second that only those pay who have a provider

    provider = _provider()
    if too_many(request):
        return render(request, "errors/error.html", TOO_MANY, status=429)
    request.session["afterwards"] = safe(request, request.GET.get("next", ""))
    return oidc.start(request, provider, _back(request))


@opens_to(Door.ANYONE)
def back(request: HttpRequest) -> HttpResponse:
    """Come back from the provider: begin the session of whom it vouches for, if we know them."""
    from bihuan.web import oidc

    provider = _provider()
    if too_many(request):
        return render(request, "errors/error.html", TOO_MANY, status=429)
    vouched = oidc.finish(request, provider)
    target = request.session.pop("afterwards", "")
    begin(request, known(vouched.identity))
    request.session["vouched"] = vouched.token
    return redirect(target or "todo")


def sign_out_address(request: HttpRequest, token: str) -> str:
    """Return where the provider's own session, which ``token`` began, is ended ("" nowhere)."""
    from bihuan.web import oidc

    if not isinstance(settings.PROVIDER, Oidc):
        return ""
    return oidc.sign_out_address(settings.PROVIDER, token, request.build_absolute_uri(reverse("login")))


def _back(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("provider-back"))
