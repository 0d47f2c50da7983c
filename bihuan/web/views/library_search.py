"""The library: search it, keep searches, and what may be meant while one types."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from bihuan.library import basket, kept
from bihuan.library.kinds import KINDS
from bihuan.library.marking import Piece, marked
from bihuan.library.query import QueryInvalid
from bihuan.library.recognise import LEVELS
from bihuan.library.search import Found, browse, search, words_of
from bihuan.models import Campaign, KeptSearch
from bihuan.rules.errors import NotFound
from bihuan.rules.permissions import Duty
from bihuan.web import dates, library_query
from bihuan.web.access import Request, opens_to
from bihuan.web.library_query import Chosen

PAGE = 20


@opens_to(Duty.READ)
def page(request: Request) -> HttpResponse:
    """Show the search with what was found; without words the documents that fit the filters."""
    if combined := library_query.composed(request.GET):
        chosen = library_query.read(request.GET)
        words = " ".join(filter(None, [chosen.text, combined]))
        return redirect(f"{reverse('library')}?{_replaced(chosen, words).query()}")
    chosen = library_query.read(request.GET)
    offset = _page_of(request) * PAGE
    context: dict[str, Any] = {"chosen": chosen, "query": chosen.query(), "offset": offset}
    status = 200
    try:
        found = _found(chosen, offset)
    except QueryInvalid as error:
        found, context["refusal"], status = Found(0), error, 422
    else:
        if chosen.text and not offset:
            kept.remember(request.who.actor.person, chosen.text, chosen.options(), dates.now())
    context |= _results(request, chosen, found, offset) | _around(request, chosen)
    template = "library.html#results" if request.htmx else "library.html"
    return render(request, template, context, status=status)


def _replaced(chosen: Chosen, words: str) -> Chosen:
    return Chosen(**{**vars(chosen), "text": words, "exact": False})


def _page_of(request: Request) -> int:
    text = request.GET.get("page", "")
    return int(text) - 1 if text.isascii() and text.isdigit() and int(text[:6]) > 0 and len(text) < 6 else 0


def _found(chosen: Chosen, offset: int) -> Found:
    if not chosen.text:
        return browse(chosen.filters(), sort=chosen.sort or "added", offset=offset, limit=PAGE)
    return search(
        chosen.text,
        literal=chosen.exact,
        filters=chosen.filters(),
        sort=chosen.sort,
        offset=offset,
        limit=PAGE,
    )


def _results(request: Request, chosen: Chosen, found: Found, offset: int) -> dict[str, Any]:
    words = words_of(chosen.text, literal=chosen.exact) if chosen.text and found.hits else []
    rows = [(hit, _marks(hit.document.title, words), _marks(hit.passage, words)) for hit in found.hits]
    pages = (found.total + PAGE - 1) // PAGE
    return {
        "found": found,
        "rows": rows,
        "number": offset // PAGE + 1,
        "pages": pages,
        "in_basket": set(basket.ids(request.who.actor.person)),
    }


def _marks(text: str, words: list[str]) -> list[Piece]:
    return marked(text, words)


def _around(request: Request, chosen: Chosen) -> dict[str, Any]:
    """What stands around the results: the choices of the filters, saved and recent searches."""
    rows = kept.searches(request.who.actor.person)
    return {
        "kinds": list(KINDS),
        "levels": list(LEVELS),
        "sorts": library_query.SORTS.items(),
        "parts": library_query.PARTS.items(),
        "campaigns": request.who.campaigns,
        "saved": [row for row in rows if row.name],
        "recent": [row for row in rows if not row.name][:8],
        "may_collect": request.who.actor.may(Duty.COLLECT),
    }


@opens_to(Duty.READ)
def suggest(request: Request) -> HttpResponse:
    """Give what the typed text may become, as options for the search box."""
    typed = request.GET.get("q", "").strip()[:100]
    try:
        found = kept.suggestions(typed, request.who.actor.person)
    except QueryInvalid:  # half of an expression is no mistake while it is being typed
        found = []
    return render(request, "library_suggest.html", {"found": found})


@opens_to(Duty.READ, "POST")
def keep(request: Request) -> HttpResponse:
    """Keep a search under a name; the same name again replaces it."""
    chosen = library_query.read(QueryDict(request.POST.get("query", "")))
    name = " ".join(request.POST.get("name", "").split())
    kept.save(request.who.actor.person, name, chosen.text, chosen.options(), dates.now())
    messages.success(request, f"已存为“{name}”。")
    return redirect(f"{reverse('library')}?{chosen.query()}")


@opens_to(Duty.READ, "POST")
def drop(request: Request, search_id: int) -> HttpResponse:
    """Delete a saved or recent search of one's own."""
    gone, _ = KeptSearch.objects.filter(pk=search_id, person_id=request.who.actor.person).delete()
    if not gone:
        raise NotFound("没有这个查找条件。")
    return redirect("library")


def campaign_of(request: Request, name: str = "campaign") -> int:
    """Return the campaign that a form names, 0 for none or one that this person does not know."""
    text = request.POST.get(name, "")
    known: dict[str, Campaign] = {str(c.pk): c for c in request.who.campaigns}
    return known[text].pk if text in known else 0
