"""Borrowed passages: which documents share them with a document or a pasted text, and both side by side."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from bihuan.ledger.scan import scanned
from bihuan.library.extract import extract_one
from bihuan.library.marking import Paragraph, paragraphs
from bihuan.library.similar import Similar, similar
from bihuan.library.store import document_of
from bihuan.library.winnow import Run
from bihuan.models import Document
from bihuan.rules.errors import BihuanError, Invalid
from bihuan.rules.pairs import normalise
from bihuan.rules.permissions import Duty
from bihuan.web.access import Request, opens_to

#: Percent from which documents are told, and how many.
_LEAST, _MOST = 5.0, 20
_LONGEST = 200_000


@dataclass(frozen=True)
class Sides:
    """Two texts side by side; what both have is marked in both with the same number."""

    one: Similar
    left: list[Paragraph]
    right: list[Paragraph]


@opens_to(Duty.READ, "GET", "POST")
def page(request: Request) -> HttpResponse:
    """Compare a document of the library, a pasted text or an uploaded file with the library."""
    given = request.POST if request.method == "POST" else request.GET
    context: dict[str, Any] = {"least": _LEAST}
    status = 200
    try:
        text, document = _text(request)
    except BihuanError as error:
        context["refusal"], status = error, 422
    else:
        context |= {"document": document, "text": text}
        if text.strip():
            found = similar(text, but=document.pk if document else 0, least=_LEAST, limit=_MOST)
            context |= {"found": found, "most": _MOST, "sides": _sides(text, found, given.get("other", ""))}
    return render(request, "library_similar.html", context, status=status)


def _text(request: Request) -> tuple[str, Document | None]:
    """What is to be compared. Raises NotFound, Invalid, or what reading a file raises."""
    if request.method != "POST":
        number = request.GET.get("document", "")
        if not (number.isascii() and number.isdigit()):
            return "", None
        document = document_of(int(number[:12]))
        return document.text, document
    file = request.FILES.get("file")
    if file is not None:
        scanned(file)
        text = extract_one(file.read(), file.name or "文件").text
    else:
        text = request.POST.get("text", "")
    text = normalise(text)
    if not text.strip():
        raise Invalid("没有要比对的文字。", hint="请粘贴一段文字，或选择一个文件。")
    if len(text) > _LONGEST:
        raise Invalid(
            f"文字有 {len(text)} 字，一次最多比对 {_LONGEST} 字。", hint="请分段比对，或先收入资料库再比对。"
        )
    return text, None


def _sides(text: str, found: list[Similar], other: str) -> Sides | None:
    one = next((s for s in found if str(s.document.pk) == other), None)
    if one is None:
        return None
    runs = without_overlaps(one.runs)
    left = list(paragraphs(normalise(text), [(r.start, r.end) for r in runs]))
    return Sides(one, left, _right(one.document.text, runs))


def without_overlaps(runs: tuple[Run, ...]) -> list[Run]:
    """Return the runs in the order of the text, each beginning where the one before has ended."""
    kept: list[Run] = []
    for run in sorted(runs, key=lambda r: (r.start, -r.end)):
        if not kept or run.start >= kept[-1].end:
            kept.append(run)
    return kept


def _right(text: str, runs: list[Run]) -> list[Paragraph]:
    """The other text; a passage keeps the number that it has on the left side."""
    order = sorted(range(len(runs)), key=lambda n: (runs[n].other_start, -runs[n].other_end))
    spans: list[tuple[int, int]] = []
    numbers = [0]
    for n in order:
        begin = max(runs[n].other_start, spans[-1][1] if spans else 0)
        if begin < runs[n].other_end:
            spans.append((begin, runs[n].other_end))
            numbers.append(n + 1)
    return [
        Paragraph(p.start, p.level, tuple(replace(piece, mark=numbers[piece.mark]) for piece in p.pieces))
        for p in paragraphs(text, spans)
    ]
