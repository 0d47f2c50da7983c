"""A draft as it reads now and as the Word file that it makes: figures filled in from the ledger, sources named at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bihuan.library.citing import mention
from bihuan.library.drafts.kinds import KINDS
from bihuan.library.drafts.tokens import Figure, Quoted, parts_of, refs_of
from bihuan.library.lines import heading
from bihuan.models import Campaign, Document, Draft
from bihuan.queries.counts import Read, figures, registers_of
from bihuan.reports.context import SENTENCE_FIGURES, FigureValue, StageContext
from bihuan.reports.marks import mark, printable
from bihuan.reports.sentences import data_note
from bihuan.reports.stage import figure_value, position_now
from bihuan.reports.word import with_manifest
from bihuan.reports.wordfile import paragraph, word_file
from bihuan.rules.clocked import CHINA
from bihuan.rules.figures import Ref

_SHORT = 40


@dataclass(frozen=True)
class Bit:
    """A stretch of a line as it reads: ``figure`` where it is one, ``source`` and its place where words come from, ``unknown``: a
    token that stands for nothing."""

    text: str
    figure: FigureValue | None = None
    source: Document | None = None
    start: int = 0
    end: int = 0
    unknown: bool = False


@dataclass(frozen=True)
class Line:
    """A paragraph as it reads, in one of the styles of ``bihuan.reports.layout``."""

    style: str
    bits: tuple[Bit, ...]

    @property
    def text(self) -> str:
        """What a reader sees."""
        return "".join(bit.text for bit in self.bits if bit.source is None)


@dataclass(frozen=True)
class Paper:
    """A draft as it reads at an instant; ``ctx`` are the campaign's figures, None without a campaign and for a final paper, whose
    figures are kept with it. ``registers`` are the campaign's, and ``read`` is what was read of them for ``ctx``."""

    draft: Draft
    lines: tuple[Line, ...]
    ctx: StageContext | None
    sources: tuple[Document, ...] = field(default=())
    registers: tuple[int, ...] = field(default=())
    read: Read = field(default_factory=dict)

    @property
    def values(self) -> dict[str, list[str]]:
        """The figures that stand in it, as they are kept with a final paper."""
        used = [bit.figure for line in self.lines for bit in line.bits if bit.figure]
        return {f.ref: [f.label, f.value, f.unit, f.definition] for f in used}

    @property
    def text(self) -> str:
        """The whole text, a paragraph a line, as it is proofread."""
        head = self.draft.head
        parts = [
            self.draft.title,
            f"{head['recipient']}：" if head.get("recipient") else "",
            *(line.text for line in self.lines),
        ]
        return "\n".join(
            [*filter(None, parts), *filter(None, (head.get("office", ""), head.get("signed", "")))]
        )


def read_paper(draft: Draft, now: datetime, using: str = "default") -> Paper:
    """Return the draft as it reads with the figures of its instant, or of ``now``."""
    campaign = None if draft.final else Campaign.objects.using(using).filter(pk=draft.campaign_id).first()
    registers = tuple(r.pk for r in registers_of(campaign.pk, using)) if campaign else ()
    read: Read = {}
    ctx = _context(draft, campaign, registers, now, read, using) if campaign else None
    kept = {ref: FigureValue(ref, *told) for ref, told in draft.values.items()}
    known = ctx.figures if ctx else kept
    documents: dict[str, Document | None] = {}
    lines = tuple(
        _line(text.strip(), known, documents, using)
        for text in printable(draft.body).split("\n")
        if text.strip()
    )
    return Paper(draft, lines, ctx, tuple(d for d in documents.values() if d), registers, read)


def _context(
    draft: Draft, campaign: Campaign, registers: Sequence[int], now: datetime, read: Read, using: str
) -> StageContext:
    """What the manifest of the paper needs: the figures that stand in it and those of every context, not the campaign's items."""
    as_of = min(draft.as_of, now) if draft.as_of else now
    position = position_now(using)
    refs = list(dict.fromkeys([*refs_of(draft.body), *map(Ref.parse, SENTENCE_FIGURES)]))
    values = figures(refs, registers, as_of=as_of, upto=position.seq, read=read, using=using)
    head = draft.head
    return StageContext(
        title=draft.title, office=head.get("office", ""), recipient=head.get("recipient", ""),
        document_number=head.get("number", ""), campaign=campaign.name, period_from=draft.since,
        as_of=as_of.astimezone(CHINA), figures={str(ref): figure_value(ref, values[str(ref)]) for ref in refs},
        position=position, signed_on=as_of.astimezone(CHINA).date(),
    )  # fmt: skip


Known = Mapping[str, FigureValue]


def _line(text: str, known: Known, documents: dict[str, Document | None], using: str) -> Line:
    bits = tuple(_bit(part, known, documents, using) for part in parts_of(text))
    return Line(_style("".join(b.text for b in bits if b.source is None)), bits)


def _bit(part: str | Figure | Quoted, known: Known, documents: dict[str, Document | None], using: str) -> Bit:
    if isinstance(part, str):
        return Bit(part)
    if isinstance(part, Quoted):
        if part.digest not in documents:
            rows = Document.objects.using(using).filter(digest__startswith=part.digest)
            documents[part.digest] = rows.first()
        found = documents[part.digest]
        words = mention(found.title, found.digest) if found else f"〔素材 {part.digest}〕"
        return Bit(words, source=found, start=part.start, end=part.end, unknown=found is None)
    value = known.get(str(part.ref)) if part.ref else None
    return Bit(value.value, figure=value) if value else Bit(f"【{part.word}】", unknown=True)


def _style(text: str) -> str:
    found = heading(text)
    if found is None or len(text) > _SHORT or any(stop in text for stop in "。；："):
        return "Body"
    return f"Heading{found[0]}"


def word_of_paper(paper: Paper) -> bytes:
    """Return the paper as a docx in the official layout; its figures can be verified like those of a report."""
    draft, kind = paper.draft, KINDS[paper.draft.kind]
    office = draft.head.get("office", "")
    parts = [*_head(paper, kind.mark), *(_paragraph(line) for line in paper.lines), *_foot(paper)]
    content = word_file("".join(parts), title=draft.title, creator=office)
    return with_manifest(content, paper.ctx) if paper.ctx else content


def _head(paper: Paper, red: str) -> list[str]:
    head = paper.draft.head
    parts = [paragraph("Mark", f"{head.get('office', '')}{red}")] if red else []
    if head.get("number"):
        parts += [paragraph("DocumentNumber", head["number"]), paragraph("Normal", "")]
    parts += [paragraph("Title", paper.draft.title), paragraph("Normal", "")]
    if head.get("recipient"):
        parts.append(paragraph("Recipient", f"{head['recipient'].rstrip('：:')}："))
    return parts


def _paragraph(line: Line) -> str:
    words = "".join(_words(bit) for bit in line.bits if bit.source is None)
    return paragraph(line.style, words)


def _words(bit: Bit) -> str:
    return mark(bit.figure.ref, bit.figure.value) if bit.figure else bit.text


def _foot(paper: Paper) -> list[str]:
    head = paper.draft.head
    parts = []
    if head.get("office"):
        parts.append(paragraph("Signature", head["office"]))
    if head.get("signed"):
        parts.append(paragraph("SignedOn", head["signed"]))
    if paper.sources:
        named = "、".join(mention(d.title, d.digest) for d in paper.sources)
        parts.append(paragraph("DataNote", f"引用资料：{named}。"))
    if paper.ctx and paper.values:
        parts.append(paragraph("DataNote", data_note(paper.ctx)))
    return parts
