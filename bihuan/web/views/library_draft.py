"""Drafting: begin a paper from its template, write it with the ledger's figures and the library's passages, make it final."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from bihuan.library.drafts import keep
from bihuan.library.drafts.check import Problem, findings, problems
from bihuan.library.drafts.kinds import KINDS
from bihuan.library.drafts.paper import Paper, read_paper
from bihuan.library.drafts.readers import readable
from bihuan.library.marking import Piece, marked
from bihuan.library.proofread.dismissals import dismiss
from bihuan.library.search import Hit, search, words_of
from bihuan.models import Campaign, Document, Draft
from bihuan.queries.counts import all_refs, figures
from bihuan.queries.meetings import meeting_detail, meetings
from bihuan.queries.people import person_names
from bihuan.rules.errors import BihuanError, Needs, NotAllowed, NotFound
from bihuan.rules.figures import FIGURES, Definition
from bihuan.rules.permissions import Duty
from bihuan.web import dates, later
from bihuan.web.access import Request, opens_to
from bihuan.web.errors import status_of
from bihuan.web.forms.draft import BeginDraft, EditDraft

_LISTED, _HITS = 50, 6
#: A text longer than this takes seconds to check.
_LONG = 20_000


@dataclass(frozen=True)
class Passage:
    """A paragraph of a document that could be put in."""

    document: Document
    start: int
    end: int
    pieces: list[Piece]


@opens_to(Duty.DRAFT, "GET", "POST")
def page(request: Request) -> HttpResponse:
    """List the drafts, and begin one."""
    who = request.who
    form = BeginDraft(
        who.whole, meetings(who.actor), request.POST or None, initial={"kind": request.GET.get("kind", "")}
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return redirect("library-draft", _begun(request, form).pk)
            except BihuanError as error:
                form.add_error(None, str(error))
    rows = [d for d in Draft.objects.defer("body").order_by("-changed_at")[:500] if readable(who, d)]
    context = {
        "form": form,
        "drafts": rows[:_LISTED],
        "more": max(len(rows) - _LISTED, 0),
        "kinds": KINDS,
        "people": person_names({d.changed_by for d in rows}),
        "campaign_names": {c.pk: c.name for c in who.campaigns},
        "may_report": who.actor.may(Duty.REPORT),
    }
    return render(request, "library_drafts.html", context, status=status)


def _begun(request: Request, form: BeginDraft) -> Draft:
    given, actor = form.cleaned_data, request.who.actor
    meeting = form.meetings.get(given["meeting"])
    return keep.begin(
        given["kind"],
        actor.person,
        actor.unit,
        dates.now(),
        campaign=form.campaigns.get(given["campaign"]),
        meeting=meeting_detail(meeting) if meeting else None,
        as_of=form.instant(),
        since=given["since"],
    )


def _draft(request: Request, draft_id: int) -> Draft:
    found = Draft.objects.filter(pk=draft_id).first()
    if found is None:
        raise NotFound("没有这份稿子。", hint="可能已被删除。")
    if not readable(request.who, found):
        raise NotAllowed("这份稿子您不能看。", hint="涉及专项工作的稿子，只有能看到整个专项工作的人可以看。")
    return found


@opens_to(Duty.DRAFT, "GET", "POST")
def one(request: Request, draft_id: int) -> HttpResponse:
    """Show a draft as it is written and as it reads; save what was changed."""
    draft = _draft(request, draft_id)
    form, status = EditDraft.of(draft), 200
    if request.method == "POST":
        form, status = EditDraft(request.POST), 422
        if form.is_valid():
            try:
                _saved(request, draft, form)
            except BihuanError as error:
                form.add_error(None, str(error))
                status = status_of(error)
            else:
                messages.success(request, "已保存。")
                return redirect("library-draft", draft.pk)
    return _show(request, draft, form, status=status)


def _saved(request: Request, draft: Draft, form: EditDraft) -> None:
    given, person = form.cleaned_data, request.who.actor.person
    keep.change(
        draft,
        person,
        dates.now(),
        given["version"],
        title=given["title"],
        head=form.head(),
        body=given["body"],
    )


def _show(
    request: Request, draft: Draft, form: EditDraft, wrong: list[Problem] | None = None, *, status: int = 200
) -> HttpResponse:
    paper = read_paper(draft, dates.now())
    find = request.GET.get("find", "").strip()
    context: dict[str, Any] = {
        "draft": draft,
        "kind": KINDS[draft.kind],
        "form": form,
        "paper": paper,
        "campaign": Campaign.objects.filter(pk=draft.campaign_id).first(),
        "figures": _figures(paper),
        "find": find,
        "people": person_names({draft.person_id, draft.changed_by}),
        "may_collect": request.who.actor.may(Duty.COLLECT),
    }
    try:
        context["passages"] = _passages(find) if find else []
    except BihuanError as error:
        context["find_refusal"] = error
    if wrong is None and "check" in request.GET:
        context["later"] = later.put_off(request, len(paper.text) > _LONG)
        wrong = None if context["later"] else problems(paper)
    context["checked"] = wrong is not None
    context["blocking"] = [p for p in wrong or () if p.blocks]
    context["hints"] = [p for p in wrong or () if not p.blocks]
    asked_later = request.htmx and "check" in request.GET
    template = "library_draft_problems.html" if asked_later else "library_draft.html"
    return render(request, template, context, status=status)


def _figures(paper: Paper) -> list[tuple[Definition, str]]:
    """Every figure of the campaign with its value at the paper's instant."""
    if (ctx := paper.ctx) is None:
        return []
    values = figures(all_refs(), paper.registers, as_of=ctx.as_of, upto=ctx.position.seq, read=paper.read)
    return [(known, values[name]) for name, known in FIGURES.items()]


def _passages(find: str) -> list[Passage]:
    words = words_of(find)
    return [_passage(hit, words) for hit in search(find, limit=_HITS).hits if hit.start is not None]


def _passage(hit: Hit, words: list[str]) -> Passage:
    """The paragraph in which the words stand first."""
    text, at = hit.document.text, hit.start or 0
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    return Passage(hit.document, start, end, marked(text[start:end].strip(), words))


@opens_to(Duty.DRAFT, "POST")
def put(request: Request, draft_id: int) -> HttpResponse:
    """Put a passage of the library behind the body, with its source."""
    draft = _draft(request, draft_id)
    numbers = [request.POST.get(name, "") for name in ("document", "start", "end", "version")]
    if not all(n.isascii() and n.isdigit() and len(n) < 12 for n in numbers):
        raise NotFound("没有选好要放入的段落。")
    document_id, start, end, version = map(int, numbers)
    document = Document.objects.filter(pk=document_id).first()
    if document is None:
        raise NotFound("资料库里没有这份文档。")
    keep.put_in(draft, document, start, end, request.who.actor.person, dates.now(), version)
    messages.success(request, f"已放在正文末尾，出处：《{document.title}》。请移到合适的位置。")
    return redirect("library-draft", draft.pk)


@opens_to(Duty.DRAFT, "POST")
def step(request: Request, draft_id: int, action: str) -> HttpResponse:
    """Make a draft final, take it back, throw it away, or file it in the library."""
    draft, person, now = _draft(request, draft_id), request.who.actor.person, dates.now()
    if action == "final":
        return _final(request, draft)
    if action == "back":
        keep.take_back(draft, person, now)
        messages.success(request, "已退回起草，数据重新按现在的台账填写。")
    elif action == "shelve":
        if not request.who.actor.may(Duty.COLLECT):
            raise NotAllowed("归入资料库由督办员办理。")
        keep.file_in_library(draft, person, dates.now)
        messages.success(request, f"已归入资料库：《{draft.title}》。")
    elif action == "delete":
        keep.throw_away(draft)
        messages.success(request, f"已删除草稿《{draft.title}》。")
        return redirect("library-drafts")
    else:
        raise NotFound("没有这一步。")
    return redirect("library-draft", draft.pk)


def _final(request: Request, draft: Draft) -> HttpResponse:
    text = request.POST.get("version", "")
    version = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    try:
        keep.make_final(draft, request.who.actor.person, dates.now(), version)
    except keep.NotYetFinal as error:
        draft.refresh_from_db()
        return _show(request, draft, EditDraft.of(draft), error.problems, status=422)
    messages.success(request, "已定稿：数据已固定，可以下载 Word。")
    return redirect("library-draft", draft.pk)


@opens_to(Duty.DRAFT, "POST")
def ignore(request: Request, draft_id: int) -> HttpResponse:
    """Keep that a finding of the proofreader is none, and why."""
    draft = _draft(request, draft_id)
    reason = " ".join(request.POST.get("reason", "").split())
    if not reason:
        raise Needs("忽略这一处还缺：理由。")
    text, found = findings(read_paper(draft, dates.now()))
    number, words = request.POST.get("no", ""), request.POST.get("place", "")
    chosen = (
        found[int(number) - 1 : int(number)] if number.isascii() and number.isdigit() and int(number) else []
    )
    if not chosen or chosen[0].context != words:
        raise NotFound("这一处已经变了。", hint="请重新检查再看。")
    dismiss(text, chosen[0], reason, dates.now())
    messages.success(request, "已记下理由，这一处不再提示。")
    return redirect(f"{request.path.rpartition('ignore/')[0]}?check=1#check")


@opens_to(Duty.DRAFT)
def file(request: Request, draft_id: int) -> HttpResponseBase:
    """Hand out the Word file."""
    draft = _draft(request, draft_id)
    state = "" if draft.final else "（草稿）"
    content = keep.content_of(draft, dates.now())
    return FileResponse(BytesIO(content), as_attachment=True, filename=f"{draft.title}{state}.docx")
