"""How the library's documents, hits and comparisons are printed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bihuan.library.citing import citing
from bihuan.library.intake import sources_of
from bihuan.library.recognise import FIELDS
from bihuan.library.search import Found, Hit
from bihuan.library.similar import Similar
from bihuan.library.split import Part
from bihuan.models import Document, DocumentCorrection
from bihuan.rules.pairs import normalise

_NAMES = {
    "title": "标题",
    "kind": "种类",
    "body": "发文机关",
    "number": "文号",
    "date": "日期",
    "level": "层级",
}


def part_data(part: Part) -> dict[str, Any]:
    """Return one document of a split as it is printed."""
    return {
        "title": part.title,
        "kind": part.kind or None,
        "start": part.start,
        "end": part.end,
        "removed": [asdict(run) for run in part.removed],
    }


def parts_text(parts: list[Part], text: str) -> str:
    """Return a split as lines of text."""
    lines = [f"共 {len(parts)} 篇。"]
    for no, part in enumerate(parts, start=1):
        lines.append(f"{no}. {part.title}｜{part.kind or '种类不明'}｜第 {part.start}～{part.end} 字")
        lines += [f"   去掉（{run.why}，第 {run.start} 字）：{run.text}" for run in part.removed]
    return "\n".join([*lines, text] if text else lines)


def document_data(document: Document) -> dict[str, Any]:
    """Return what identifies a document; unknown things are null."""
    named = {field: getattr(document, field) or None for field in FIELDS}
    named["date"] = document.date.isoformat() if document.date else None
    return {"id": document.pk, "digest": document.digest, **named}


def hit_data(hit: Hit) -> dict[str, Any]:
    """Return a hit as it is printed."""
    return {
        **document_data(hit.document),
        "count": hit.count,
        "start": hit.start,
        "end": hit.end,
        "passage": hit.passage,
        "path": list(hit.path),
    }


def hits_text(found: Found, offset: int) -> str:
    """Return the hits as lines of text, saying how many are not shown."""
    if not found.total:
        return "没有找到。"
    head = "没有同时含有这些词的文档，下面的含有其中一部分。\n" if found.relaxed else ""
    lines = [f"{head}找到 {found.total} 份，列出第 {offset + 1}～{offset + len(found.hits)} 份。"]
    for hit in found.hits:
        d = hit.document
        lines.append(f"{d.pk}｜{d.title}｜{d.kind or '种类不明'}｜{d.date or '日期不明'}｜{hit.count} 处")
        lines.append(f"   {'＞'.join(hit.path)}：……{hit.passage}……" if hit.path else f"   ……{hit.passage}……")
    return "\n".join(lines)


def similar_data(one: Similar) -> dict[str, Any]:
    """Return a comparison as it is printed."""
    return {
        **document_data_short(one.document),
        "share": one.share,
        "other_share": one.other_share,
        "runs": [asdict(run) for run in one.runs],
    }


def document_data_short(document: Document) -> dict[str, Any]:
    """Return id, digest, title, kind and date."""
    day = document.date.isoformat() if document.date else None
    return {
        "id": document.pk,
        "digest": document.digest,
        "title": document.title,
        "kind": document.kind or None,
        "date": day,
    }


def similar_text(found: list[Similar], text: str) -> str:
    """Return comparisons as lines of text with their longest common passages."""
    if not found:
        return "没有雷同的文档。"
    plain, lines = normalise(text), []
    for one in found:
        lines.append(
            f"{one.document.pk}｜{one.document.title}：本文的 {one.share}% 与之相同（占对方的 {one.other_share}%），共 {len(one.runs)} 段"
        )
        longest = sorted(one.runs, key=lambda run: run.start - run.end)[:3]
        lines += [
            f"   第 {r.start}～{r.end} 字 = 对方第 {r.other_start}～{r.other_end} 字：{plain[r.start : min(r.end, r.start + 60)]}"
            for r in longest
        ]
    return "\n".join(lines)


def shown_data(document: Document) -> dict[str, Any]:
    """Return everything about a document."""
    corrections = DocumentCorrection.objects.filter(document_id=document.pk).order_by("id")
    return {
        **document_data(document),
        "sure": document.sure,
        "length": document.length,
        "headings": [{"start": s, "level": level, "text": text} for s, level, text in document.outline],
        "sources": [
            {
                "original": s.original, "path": s.path, "start": s.start, "end": s.end,
                "removed": [dict(zip(("start", "end", "text", "why"), run, strict=True)) for run in s.removed],
            }
            for s in sources_of(document.pk)
        ],
        "corrections": [{"field": c.field, "was": c.was, "value": c.value, "at": c.at} for c in corrections],
        "items": citing(document),
        "text": document.text,
    }  # fmt: skip


def shown_text(document: Document) -> str:
    """Return a document as a person reads it."""
    lines = [f"文档 {document.pk}（指纹 {document.digest[:12]}，{document.length} 字）"]
    for field in FIELDS:
        value = getattr(document, field)
        lines.append(
            f"{_NAMES[field]}：{value or '不明'}" + (f"（把握 {document.sure[field]:.0%}）" if value else "")
        )
    lines += [
        f"来源：{s.path} 第 {s.start}～{s.end} 字，去掉 {len(s.removed)} 处" for s in sources_of(document.pk)
    ]
    lines += [f"引用它的事项：{item['number']} {item['title']}" for item in citing(document)]
    return "\n".join([*lines, "", document.text])
