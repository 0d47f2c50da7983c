"""Who may open which page: closed unless the view says for whom it is open.

Every request passes ``Access``: a view without ``opens_to`` is refused, so a page that was forgotten shows nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from time import time
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from bihuan.models import Account
from bihuan.queries.accounts import first_of_all
from bihuan.queries.people import actor_of
from bihuan.queries.scope import Scope
from bihuan.rules.errors import BihuanError, NotAllowed, NotFound
from bihuan.rules.permissions import Actor, Duty
from bihuan.web import dates, sittings
from bihuan.web.errors import notice, refused

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails


class Door(Enum):
    """Who may pass without a duty."""

    ANYONE = "anyone"
    SIGNED_IN = "signed in"
    CHANGING = "signed in, also while the password must be changed"


class Request(HttpRequest):
    """A request that has passed ``Access``: ``who`` is asking, and what they may see."""

    who: Scope
    account: Account
    htmx: HtmxDetails


View = TypeVar("View", bound=Callable[..., HttpResponseBase])
#: Seconds between two writes of a session: one per request would queue behind every import.
_KEPT_FRESH = 60


def opens_to(whom: Door | Duty, *methods: str) -> Callable[[View], View]:
    """Open a view to ``whom`` by ``methods`` (default: reading alone)."""

    def mark(view: View) -> View:
        kept = require_http_methods([*(methods or ("GET",)), "HEAD"])(view)
        kept.opens_to, kept.methods = whom, methods or ("GET",)  # type: ignore[attr-defined]
        return kept

    return mark


class Access:
    """Lets a request through to its view, sends it to the log-in page, or refuses it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Hand on; the decision is taken when the view is known."""
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, _args: Any, _kwargs: Any) -> HttpResponseBase | None:
        """Return None to let the request through."""
        whom = getattr(view, "opens_to", None)
        if whom is Door.ANYONE:
            return None
        actor = _present(request)
        if actor is None:
            return _to_log_in(request)
        request.account, request.who = request.user, Scope(actor)
        if whom is not Door.CHANGING and (elsewhere := first_of_all(request.account, dates.now())):
            return redirect(elsewhere)
        if whom is None or (isinstance(whom, Duty) and not actor.may(whom)):
            return refused(request, NotAllowed("您的岗位不能打开这个页面。"))
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Show what we refuse ourselves as a page that says why; anything else is a fault."""
        return refused(request, error) if isinstance(error, BihuanError) else None


def _present(request: Any) -> Actor | None:
    """Return the active person who is logged in, else None; being here moves the end of the session on."""
    if not request.user.is_authenticated:
        return None
    try:
        actor = actor_of(request.user.person_id)
    except NotFound:
        logout(request)
        return None
    now = int(time())
    if now - request.session.get("seen", 0) > _KEPT_FRESH:
        request.session["seen"] = now
        sittings.touch(request)
    return actor


def _to_log_in(request: Any) -> HttpResponse:
    """Send to the log-in page and back; a fragment says so in its place, so that what was typed stays."""
    if request.htmx:
        return notice(request, "expired.html", 401)
    back = "" if request.method == "POST" else f"?next={quote(request.get_full_path())}"
    return redirect(reverse("login") + back)
