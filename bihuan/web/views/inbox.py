"""What a person is told, and the calendar of their deadlines."""

from __future__ import annotations

import hashlib
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bihuan.actions.feeds import digest_of, make_feed, revoke_feed
from bihuan.actions.inbox import mark_read
from bihuan.models import Feed, Message
from bihuan.queries.messages import feeds, inbox, unread
from bihuan.queries.people import unit_labels
from bihuan.rules.errors import NotFound
from bihuan.telling.feed import feed_bytes
from bihuan.web import dates
from bihuan.web.access import Door, Request, opens_to

PAGE = 30
#: What a message is about where it is no item → its page.
_PAGES = {"inspection": "inspections-one", "meeting": "meetings-one", "institution": "institutions-one"}


def _whole(text: str) -> int | None:
    """Read a number from an address or a form; None where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


@opens_to(Door.SIGNED_IN)
def page(request: Request) -> HttpResponse:
    """List the messages: unread ones first, then the newest."""
    person, number = request.who.actor.person, max(1, _whole(request.GET.get("page", "")) or 1)
    only = request.GET.get("show") == "unread"
    told, more = inbox(person, unread_only=only, skip=(number - 1) * PAGE, most=PAGE)
    keep = {"show": "unread"} if only else {}
    context = {
        "told": told, "pages": _PAGES, "only_unread": only, "unread": unread(person), "number": number,
        "earlier": urlencode({**keep, "page": number - 1}) if number > 1 else "",
        "later": urlencode({**keep, "page": number + 1}) if more else "",
    }  # fmt: skip
    return render(request, "inbox.html", context)


@opens_to(Door.SIGNED_IN, "POST")
def read(request: Request) -> HttpResponse:
    """Mark one message as read and go to what it is about, or stay; or mark all of them."""
    person = request.who.actor.person
    if request.POST.get("all"):
        marked = mark_read(person, None, dates.now())
        messages.success(request, f"已将{marked}条消息标为已读。")
        return redirect("inbox")
    message = Message.objects.filter(
        person_id=person, seq=_whole(request.POST.get("message", "")) or 0
    ).first()
    if message is None:
        raise NotFound("没有这条消息。")
    mark_read(person, [message.seq], dates.now())
    if request.POST.get("open") and message.item_id:
        return redirect("items-one", message.item_id)
    if request.POST.get("open") and message.about in _PAGES:
        return redirect(_PAGES[message.about], message.about_id)
    return redirect("inbox")


@opens_to(Door.SIGNED_IN, "GET", "POST")
def calendar(request: Request) -> HttpResponse:
    """Show the person's calendars; make one (its address is shown this once), or take one back."""
    actor, address = request.who.actor, ""
    if request.method == "POST" and request.POST.get("revoke"):
        revoke_feed(actor, dates.now(), _whole(request.POST["revoke"]) or 0)
        messages.success(request, "日历订阅已停用，原来的地址不再有效。")
        return redirect("inbox-calendar")
    if request.method == "POST":
        _, token = make_feed(actor, dates.now())
        address = request.build_absolute_uri(reverse("feed", args=[token]))
    names = unit_labels()
    rows = [(feed, names.get(feed.unit_id, "我自己")) for feed in feeds(actor.person)]
    return render(request, "calendar.html", {"feeds": rows, "address": address})


@opens_to(Door.ANYONE)
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Give the calendar with this address to whoever knows it; a calendar program cannot log in."""
    found = Feed.objects.filter(digest=digest_of(token), revoked_at__isnull=True).first()
    if found is None:
        raise Http404
    try:
        content = feed_bytes(found, site=request.build_absolute_uri("/"))
    except NotFound:
        raise Http404 from None
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = 'inline; filename="deadlines.ics"'
    response["ETag"], response["Cache-Control"] = tag, "private, max-age=0, must-revalidate"
    return response
