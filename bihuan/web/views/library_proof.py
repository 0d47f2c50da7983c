"""Proofreading: a file or a pasted text, its findings, fixed at a click, dismissed with a reason, and the corrected file."""

from __future__ import annotations

from io import BytesIO
from pathlib import PurePath
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import FileResponse, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from bihuan.excel.incoming import Incoming, keep, of_token
from bihuan.library.proofread.base import Level
from bihuan.library.proofread.dismissals import dismiss as dismiss_finding
from bihuan.library.proofread.engine import Options
from bihuan.library.proofread.own_words import words_text
from bihuan.library.proofread.source import Member, members_of, source_of
from bihuan.library.store import document_of
from bihuan.models import Campaign
from bihuan.rules.errors import BihuanError, Invalid, Needs, NotFound
from bihuan.rules.permissions import Duty
from bihuan.web import dates
from bihuan.web.access import Request, opens_to
from bihuan.web.library_proof import Proof, proof

#: So many files of one zip are proofread on the page; more go to the command.
_MOST_FILES = 50
_LONGEST_PASTE = 500_000


@opens_to(Duty.READ, "GET", "POST")
def start(request: Request) -> HttpResponse:
    """Take a file, a zip of files, a pasted text or a document of the library."""
    context: dict[str, Any] = {"campaigns": request.who.whole}
    number = request.GET.get("document", "")
    if number.isascii() and number.isdigit():
        context["document"] = document_of(int(number[:12]))
    if request.method == "POST":
        try:
            return _begun(request)
        except BihuanError as error:
            context["refusal"] = error
    return render(request, "library_proofread.html", context, status=422 if "refusal" in context else 200)


def _begun(request: Request) -> HttpResponse:
    file = _brought(request)
    options = {
        name: value
        for name in ("office", "campaign", "mechanical")
        if (value := request.POST.get(name, "").strip())
    }
    query = f"?{urlencode(options)}" if options else ""
    if PurePath(file.name).suffix.lower() == ".zip":
        return _several(request, file, query)
    source_of(file.content(), file.name)  # what cannot be read is refused here, beside the form
    return redirect(reverse("library-proofread-one", args=[file.token()]) + query)


def _brought(request: Request) -> Incoming:
    person = request.who.actor.person
    upload = request.FILES.get("file")
    if upload is not None:
        return keep(upload, person)
    number = request.POST.get("document", "")
    if number.isascii() and number.isdigit():
        document = document_of(int(number[:12]))
        return keep(SimpleUploadedFile(f"{document.title[:80]}.txt", document.text.encode()), person)
    text = request.POST.get("text", "").replace("\r\n", "\n")
    if not text.strip():
        raise Invalid("没有要校对的内容。", hint="请选择文件，或粘贴文字。")
    if len(text) > _LONGEST_PASTE:
        raise Invalid(f"粘贴的文字有 {len(text)} 字，太长了。", hint="请存成 docx 或 txt 再上传。")
    return keep(SimpleUploadedFile("粘贴的文字.txt", text.encode()), person)


def _several(request: Request, file: Incoming, query: str) -> HttpResponse:
    """Proofread every file of a zip and list them; each has its own page."""
    members = list(members_of(file.content(), file.name))
    if len(members) > _MOST_FILES:
        raise Invalid(
            f"压缩包里有 {len(members)} 个文件，网页上一次最多校对 {_MOST_FILES} 个。",
            hint="请分几次上传，或用 bihuan proofread 校对整个压缩包。",
        )
    rows = [_member(request, member, query) for member in members]
    return render(request, "library_proofread_zip.html", {"file": file, "rows": rows})


def _member(request: Request, member: Member, query: str) -> dict[str, Any]:
    if member.source is None:
        return {"name": member.name, "refused": member.refused}
    given = QueryDict(query.lstrip("?"))
    found = proof(member.source, _options(given), _campaign(request, given))
    kept = keep(SimpleUploadedFile(PurePath(member.name).name, member.data), request.who.actor.person)
    counts = {level.value: sum(r.finding.level is level for r in found.open) for level in Level}
    return {
        "name": member.name,
        "address": reverse("library-proofread-one", args=[kept.token()]) + query,
        "counts": counts,
    }


def _options(given: QueryDict) -> Options:
    office = given.get("office", "").strip()[:100]
    return Options(office=office, words=words_text(), mechanical=given.get("mechanical") == "1")


def _campaign(request: Request, given: QueryDict) -> Campaign | None:
    wanted = given.get("campaign", "")
    return next((c for c in request.who.whole if str(c.pk) == wanted), None)


def _fixes(given: QueryDict) -> list[int]:
    """The numbers of the findings to be fixed, as the address has them: 3.5.12."""
    return [int(n) for n in given.get("fix", "").split(".") if n.isascii() and n.isdigit() and len(n) < 7]


def _proof(request: Request, token: str) -> tuple[Incoming, Proof]:
    file = of_token(token, request.who.actor.person)
    source = source_of(file.content(), file.name)
    given = request.GET
    return file, proof(source, _options(given), _campaign(request, given), _fixes(given))


@opens_to(Duty.READ)
def one(request: Request, token: str) -> HttpResponse:
    """Show the text with its findings."""
    file, found = _proof(request, token)
    plain = request.GET.copy()
    plain.pop("fix", None)
    context = {
        "file": file,
        "token": token,
        "proof": found,
        "toggles": {row.no: _with(plain, found.fixed, row.no) for row in found.open if row.fixable},
        "all_safe": _query(plain, sorted({*found.fixed, *found.safe})),
        "none": _query(plain, []),
        "query": request.GET.urlencode(),
        "campaign": _campaign(request, request.GET),
    }
    template = "library_proof.html#proof" if request.htmx else "library_proof.html"
    return render(request, template, context)


def _with(plain: QueryDict, fixed: list[int], no: int) -> str:
    """The address with this finding fixed, or no longer."""
    return _query(plain, sorted({*fixed} ^ {no}))


def _query(plain: QueryDict, fixed: list[int]) -> str:
    made = plain.copy()
    if fixed:
        made["fix"] = ".".join(map(str, fixed))
    return made.urlencode()


@opens_to(Duty.READ, "POST")
def dismiss(request: Request, token: str) -> HttpResponse:
    """Keep that a finding is none, and why: in this text and in later versions of it."""
    _, found = _proof(request, token)
    reason = " ".join(request.POST.get("reason", "").split())
    row = next((r for r in found.open if str(r.no) == request.POST.get("no")), None)
    if row is None:
        raise NotFound("没有这一处。", hint="请刷新页面再看。")
    if not reason:
        raise Needs("认定不是错误还缺：理由。")
    dismiss_finding(found.source.text, row.finding, reason, dates.now())
    messages.success(request, f"第 {row.no} 处已认定不是错误，以后的稿子里也不再提示。")
    return redirect(f"{reverse('library-proofread-one', args=[token])}?{request.GET.urlencode()}")


@opens_to(Duty.READ)
def file(request: Request, token: str) -> HttpResponseBase:
    """Hand out the corrected file: in Word what was chosen as tracked changes, the rest as comments."""
    kept, found = _proof(request, token)
    content = found.source.fixed(found.chosen(), dates.now())
    name = PurePath(kept.name)
    return FileResponse(BytesIO(content), as_attachment=True, filename=f"{name.stem}（校对）{name.suffix}")
