"""The picture (作战图, 一图读懂) of a campaign or of an item: in the page, as a file, and printed on A3."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from io import BytesIO
from typing import Any

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from bihuan.models import Campaign
from bihuan.queries.item import Detail, detail_for
from bihuan.queries.picture import CUTS, campaign_picture, item_picture
from bihuan.reports.picture import WRITERS, Sheet, draw_campaign, draw_item, svg_of
from bihuan.rules.errors import NotFound
from bihuan.rules.permissions import Duty
from bihuan.web import dates, filters, later
from bihuan.web.access import Request, opens_to
from bihuan.web.addresses import address_of

_MEDIA = {"svg": "image/svg+xml", "png": "image/png"}


@opens_to(Duty.READ)
def page(request: Request) -> HttpResponse:
    """Show a campaign's picture; whoever sees none yet is told so by the overview."""
    if not request.who.campaigns:
        return redirect("overview")
    campaign, by = _campaign(request), _by(request)
    registers = [r.pk for r in request.who.registers_in(campaign)]
    # an earlier day is reckoned from every item's entries
    heavy = _as_of(request) is not None and later.more_than(later.MANY_ITEMS, registers)
    put_off = later.put_off(request, heavy)
    context = {
        "campaign": campaign,
        "campaigns": request.who.campaigns,
        "cuts": CUTS,
        "by": by,
        "later": put_off,
        "picture": "" if put_off else _drawn(_sheet_of_campaign(request, campaign)),
        "address": reverse("picture"),
        "files": {kind: reverse("picture-file", args=[kind]) for kind in WRITERS},
        "partial_view": request.who.units is not None,
    }
    return _shown(request, context)


@opens_to(Duty.READ)
def file(request: Request, kind: str) -> HttpResponseBase:
    """Hand out a campaign's picture; whoever sees none yet is told so by the overview."""
    if not request.who.campaigns:
        return redirect("overview")
    campaign = _campaign(request)
    return _handed(kind, lambda: _sheet_of_campaign(request, campaign), f"{campaign.name}一图读懂")


@opens_to(Duty.READ)
def item(request: Request, item_id: int) -> HttpResponse:
    """Show an item's picture."""
    found = detail_for(request.who, item_id)
    context = {
        "item": found.item,
        "picture": _drawn(_sheet_of_item(request, found)),
        "address": reverse("items-picture", args=[item_id]),
        "files": {kind: reverse("items-picture-file", args=[item_id, kind]) for kind in WRITERS},
    }
    return _shown(request, context)


@opens_to(Duty.READ)
def item_file(request: Request, item_id: int, kind: str) -> HttpResponseBase:
    """Hand out an item's picture."""
    found = detail_for(request.who, item_id)
    return _handed(kind, lambda: _sheet_of_item(request, found), f"{found.item.number}一图读懂")


def _shown(request: Request, context: dict[str, Any]) -> HttpResponse:
    context |= {
        "as_of": dates.read_past_day(request.GET.get("as_of", "")),
        "today": dates.today(),
        "query": later.query_of(request),
    }
    return render(request, "picture.html#picture" if request.htmx else "picture.html", context)


def _as_of(request: Request) -> datetime | None:
    """The end of the day that was chosen, None for now."""
    day = dates.read_past_day(request.GET.get("as_of", ""))
    return dates.end_of(day) if day else None


def _campaign(request: Request) -> Campaign:
    return filters.campaign_of(filters.read(request.GET).campaign, request.who)


def _by(request: Request) -> str:
    by = request.GET.get("by", "")
    return by if by in CUTS else "register"


def _sheet_of_campaign(request: Request, campaign: Campaign) -> Sheet:
    registers, units = request.who.within(campaign)
    found = campaign_picture(
        campaign, registers, dates.now(), as_of=_as_of(request), units=units, by=_by(request)
    )
    return draw_campaign(found)


def _sheet_of_item(request: Request, found: Detail) -> Sheet:
    campaign = Campaign.objects.get(pk=found.item.campaign_id)
    return draw_item(item_picture(found, campaign.name, dates.now(), as_of=_as_of(request)))


def _drawn(sheet: Sheet) -> SafeString:
    """The picture inside a page: ``svg_of`` has escaped every word in it."""
    return mark_safe(svg_of(sheet, partial(address_of, "items-one")))  # noqa: S308


def _handed(kind: str, sheet: Callable[[], Sheet], name: str) -> HttpResponseBase:
    if kind not in WRITERS:
        raise NotFound("没有这种格式的图。", hint="可下载 svg 或 png。")
    content = BytesIO(WRITERS[kind](sheet()))
    return FileResponse(content, as_attachment=True, filename=f"{name}.{kind}", content_type=_MEDIA[kind])
