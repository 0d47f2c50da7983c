"""A document of the library: read it, find in it, put right what was recognised, take it away, and what the ledger says of it."""

from __future__ import annotations

from io import BytesIO
from typing import Any, cast, get_args

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from bihuan.library import basket as baskets
from bihuan.library.cited import cited_by, institutions_named
from bihuan.library.citing import mention
from bihuan.library.download import Form, file_of, zip_of
from bihuan.library.intake import sources_of
from bihuan.library.kinds import KINDS
from bihuan.library.marking import paragraphs, spans_of
from bihuan.library.query import QueryInvalid
from bihuan.library.recognise import FIELDS, LEVELS
from bihuan.library.search import words_of
from bihuan.library.store import correct as correct_field
from bihuan.library.store import document_of
from bihuan.models import Campaign, Document, DocumentCorrection
from bihuan.queries.people import person_names, unit_labels
from bihuan.rules.errors import Invalid, NotFound
from bihuan.rules.pairs import normalise
from bihuan.rules.permissions import Duty
from bihuan.web import dates
from bihuan.web.access import Request, opens_to

FIELD_NAMES = {
    "title": "标题",
    "kind": "种类",
    "body": "发文机关",
    "number": "文号",
    "date": "日期",
    "level": "层级",
}


@opens_to(Duty.READ)
def page(request: Request, document_id: int) -> HttpResponse:
    """Show the clean text with its outline; what is looked for in it is marked."""
    found = document_of(document_id)
    find = request.GET.get("find", "").strip()
    words, refusal = _words(find, exact=request.GET.get("exact") == "1")
    spans = spans_of(found.text, words)
    named = institutions_named(request.who, found.text)
    links = {} if spans else dict(enumerate((one.institution for one in named), 1))
    context: dict[str, Any] = {
        "document": found,
        "find": find,
        "refusal": refusal,
        "count": len(spans),
        "lines": list(
            paragraphs(found.text, spans or [(one.start, one.end) for one in named], found.outline)
        ),
        "links": links,
        "named": {one.institution.pk: one.institution for one in named}.values(),
        "source": source_words(found),
        "in_basket": found.pk in baskets.ids(request.who.actor.person),
    }
    return render(request, "library_one.html", context | _about(request, found))


def _words(find: str, *, exact: bool) -> tuple[list[str], str]:
    """What is marked: the string as it stands, else the words of the query that led here."""
    if not find:
        return [], ""
    try:
        return words_of(find, literal=exact), ""
    except QueryInvalid as error:
        return ([normalise(find)], "") if not exact else ([], error.message)


def source_words(document: Document) -> str:
    """Return how a quotation names where it was taken from."""
    day = dates.day_words(document.date).partition("（")[0]
    return "，".join(filter(None, [f"《{document.title}》", document.body, document.number, day]))


def _about(request: Request, document: Document) -> dict[str, Any]:
    corrections = list(DocumentCorrection.objects.filter(document_id=document.pk).order_by("-id"))
    fields = [
        (name, FIELD_NAMES[name], getattr(document, name), document.sure.get(name, 0)) for name in FIELDS
    ]
    sources = sources_of(document.pk)
    campaign = Campaign.objects.filter(pk=document.campaign_id).first()
    return {
        "fields": fields,
        "kinds": list(KINDS),
        "levels": list(LEVELS),
        "field_names": FIELD_NAMES,
        "corrections": corrections,
        "people": person_names({c.person_id for c in corrections}),
        "sources": sources,
        "removed": sum(len(s.removed) for s in sources),
        "campaign": campaign,
        "may_collect": request.who.actor.may(Duty.COLLECT),
        "may_draft": request.who.actor.may(Duty.DRAFT),
        "mention": mention(document.title, document.digest),
        "cited": cited_by(request.who, document),
        "units": unit_labels(),
    }


@opens_to(Duty.COLLECT, "POST")
def correct(request: Request, document_id: int) -> HttpResponse:
    """Put right what was recognised; the former values are kept."""
    found = document_of(document_id)
    changed = []
    for name in FIELDS:
        was = getattr(found, name)
        given = request.POST.get(name)
        if given is not None and given.strip() != ("" if was is None else str(was)):
            correct_field(found, name, given, request.who.actor.person, dates.now())
            changed.append(FIELD_NAMES[name])
    messages.success(request, f"已更正：{'、'.join(changed)}。" if changed else "没有改动。")
    return redirect("library-one", document_id)


@opens_to(Duty.READ)
def file(request: Request, document_id: int, form: str) -> HttpResponseBase:
    """Hand out the document as it came, as a Word file or as text."""
    name, content = file_of(document_of(document_id), _form(form))
    return FileResponse(BytesIO(content), as_attachment=True, filename=name)


def _form(text: str) -> Form:
    if text not in get_args(Form):
        raise NotFound("没有这种格式。", hint="可下载原件、Word（docx）或纯文本（txt）。")
    return cast(Form, text)


@opens_to(Duty.READ, "GET", "POST")
def basket(request: Request) -> HttpResponse:
    """Show the basket; put documents in, take one out, or empty it."""
    person = request.who.actor.person
    if request.method == "POST":
        _change(request, person)
        if request.htmx:
            return render(request, "library_basket_link.html", {"basket": len(baskets.ids(person))})
        return redirect(_back(request))
    return render(request, "library_basket.html", {"documents": baskets.documents(person)})


def _change(request: Request, person: int) -> None:
    numbers = [
        int(n) for n in request.POST.getlist("document") if n.isascii() and n.isdigit() and len(n) < 12
    ]
    do = request.POST.get("do", "put")
    if do == "empty":
        baskets.take_out(person)
    elif do == "out":
        for number in numbers:
            baskets.take_out(person, number)
    elif numbers:
        messages.success(request, f"放入资料篮 {baskets.put(person, numbers)} 份。")
    else:
        raise Invalid("没有勾选文档。", hint="请先勾选，再放入资料篮。")


def _back(request: Request) -> str:
    back = request.POST.get("back", "")
    ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if back and ours else reverse("library-basket")


@opens_to(Duty.READ)
def basket_zip(request: Request) -> HttpResponseBase:
    """Hand out the basket as one zip."""
    found = baskets.documents(request.who.actor.person)
    if not found:
        raise Invalid("资料篮是空的。", hint="请先把要带走的文档放进来。")
    content = zip_of(found, _form(request.GET.get("as", "original")))
    name = f"资料（{len(found)}份，{dates.today().isoformat()}）.zip"
    return FileResponse(BytesIO(content), as_attachment=True, filename=name)
