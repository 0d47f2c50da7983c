"""The facts behind a figure: its definition, its moment, and every item or entry that counts in it, with number and hash."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render

from bihuan.queries.facts import facts_of
from bihuan.rules.errors import Invalid
from bihuan.rules.figures import Ref
from bihuan.rules.permissions import Duty
from bihuan.web import dates, facts, filters
from bihuan.web.access import Request, opens_to

PAGE = 50


@opens_to(Duty.READ)
def page(request: Request) -> HttpResponse:
    """Show a page of the facts behind one figure of a campaign."""
    who = request.who
    if not who.campaigns:
        return redirect("overview")
    ref = Ref.parse(request.GET.get("ref", ""))
    campaign = filters.campaign_of(filters.read(request.GET).campaign, who)
    registers, units = who.within(campaign)
    as_of, seq, after, first = (
        facts.read_instant(request.GET),
        *(_number(request, n) for n in ("seq", "after", "from")),
    )
    ids = [r.pk for r in registers]
    found = facts_of(ref, ids, as_of=as_of, upto=seq or None, units=units, after=after, size=PAGE)
    names = {r.pk: r.name for r in registers}
    context = {
        "campaign": campaign,
        "found": found,
        "name": facts.whole_words(ref, names),
        "parts": [
            (facts.whole_words(p, names), facts.facts_address(campaign.pk, p, as_of, seq))
            for p in found.parts
        ],
        "as_of": as_of,
        "now": dates.now(),
        "seq": seq,
        "first": first,
        "listed": facts.list_address(campaign.pk, ref) if as_of is None and not seq and units is None else "",
        "further": _further(request, found.next, first + len(found.rows)) if found.next else "",
        "start": facts.facts_address(campaign.pk, ref, as_of, seq) if after else "",
    }
    return render(request, "facts.html", context)


def _number(request: Request, name: str) -> int:
    text = request.GET.get(name, "") or "0"
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Invalid(f"网址里的 {name}={text} 读不懂。", hint="请从报告或总览里点数字进来。")
    return int(text)


def _further(request: Request, after: int, first: int) -> str:
    kept = {k: v for k, v in request.GET.items() if k not in {"after", "from"}}
    return "?" + urlencode(kept | {"after": after, "from": first})
