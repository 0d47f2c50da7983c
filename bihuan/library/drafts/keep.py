"""Keeping drafts: begun, changed, made final, taken back, filed in the library. A change names the version that it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from bihuan.ledger import blobs
from bihuan.library.drafts.check import Problem, problems
from bihuan.library.drafts.kinds import KINDS
from bihuan.library.drafts.paper import read_paper, word_of_paper
from bihuan.library.drafts.start import body_of
from bihuan.library.drafts.tokens import source_token
from bihuan.library.extract import extract
from bihuan.library.intake import Clock, Taken, take
from bihuan.library.store import correct
from bihuan.models import Campaign, Document, Draft, Unit
from bihuan.queries.meetings import MeetingDetail
from bihuan.queries.templates import usual_content
from bihuan.reports.sentences import chinese_date
from bihuan.reports.stage import stage_context
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import Invalid, Needs, NotFound, Stale, WrongState

HEAD = ("office", "recipient", "number", "signed")
LONGEST = 200_000


class NotYetFinal(Invalid):
    """稿子还有问题，不能定稿。"""

    code = "draft-has-problems"
    default_hint = "请逐条改好；校对里确实不是错误的，写明理由后忽略。"

    def __init__(self, found: list[Problem]) -> None:
        super().__init__(f"稿子还有 {len(found)} 处问题，不能定稿。")
        self.problems = found


def begin(
    kind: str, person: int, unit: int, now: datetime, *, campaign: Campaign | None = None, meeting: MeetingDetail | None = None,
    as_of: datetime | None = None, since: date | None = None, using: str = "default",
) -> Draft:  # fmt: skip
    """Begin a draft from its template with what the ledger says. Raises NotFound for no such kind, Needs without a campaign."""
    known = KINDS.get(kind)
    if known is None:
        raise NotFound("没有这种文稿。", hint=f"可以起草：{'、'.join(k.name for k in KINDS.values())}。")
    if known.needs_campaign and campaign is None:
        raise Needs(f"起草{known.name}还缺：专项工作。")
    office = Unit.objects.using(using).get(pk=campaign.unit_id if campaign else unit).name
    ctx = (
        stage_context(campaign, min(as_of, now) if as_of else now, period_from=since, using=using)
        if campaign
        else None
    )
    template = usual_content(kind, campaign.pk if campaign else 0, using)
    about = meeting.meeting.title if meeting else campaign.name if campaign else "〔会议名称待填〕"
    draft = Draft(
        kind=kind, title=known.title.format(about)[:300], body=body_of(known, office, ctx, meeting, template),
        head={"office": office, "recipient": "", "number": "", "signed": chinese_date(now.astimezone(CHINA).date())},
        campaign_id=campaign.pk if campaign else 0, meeting_id=meeting.meeting.pk if meeting else 0,
        since=since, as_of=as_of, digest="", person_id=person, made_at=now, changed_at=now, changed_by=person,
    )  # fmt: skip
    draft.save(using=using, force_insert=True)
    return draft


def change(
    draft: Draft,
    person: int,
    now: datetime,
    version: int,
    *,
    title: str,
    head: Mapping[str, str],
    body: str,
    using: str = "default",
) -> None:
    """Change what a draft says. Raises Stale where somebody else changed it since, WrongState for a final one, Invalid."""
    if len(body) > LONGEST:
        raise Invalid(f"正文有 {len(body)} 字，最多 {LONGEST} 字。")
    plain = {name: " ".join(head.get(name, "").split())[:300] for name in HEAD}
    text = body.replace("\r\n", "\n").replace("\r", "\n").strip()
    _write(draft, person, now, version, using, title=" ".join(title.split())[:300], head=plain, body=text)


def _write(draft: Draft, person: int, now: datetime, version: int, using: str, **values: object) -> None:
    if draft.final:
        raise WrongState("已经定稿，不能再改。", hint="要改请先退回起草。")
    rows = Draft.objects.using(using).filter(pk=draft.pk, version=version, final=False)
    if not rows.update(**values, changed_at=now, changed_by=person, version=version + 1):
        raise Stale("这份稿子刚被别人改过，您的改动没有保存。", hint="请复制您的文字，刷新后再改。")
    draft.refresh_from_db(using=using)


def put_in(
    draft: Draft,
    document: Document,
    start: int,
    end: int,
    person: int,
    now: datetime,
    version: int,
    using: str = "default",
) -> None:
    """Put a passage of a document behind the body, with its source. Raises Invalid, Stale, WrongState."""
    words = document.text[start:end]
    passage = "".join(line.strip() for line in words.split("\n"))
    if not passage or end - start > 5_000:
        raise Invalid("没有这一段，或这一段太长。", hint="请在资料库里另选一段。")
    first, last = start + len(words) - len(words.lstrip()), start + len(words.rstrip())
    line = f"{passage}{source_token(document.digest, first, last)}"
    _write(draft, person, now, version, using, body=f"{draft.body}\n{line}".strip())


def make_final(draft: Draft, person: int, now: datetime, version: int, using: str = "default") -> None:
    """Fix the figures, check everything, and keep the file as it is. Raises NotYetFinal with what is wrong, Stale, WrongState."""
    draft.as_of = min(draft.as_of, now) if draft.as_of else now
    paper = read_paper(draft, now, using)
    blocking = [p for p in problems(paper, using) if p.blocks]
    if blocking:
        raise NotYetFinal(blocking)
    digest = blobs.keep(word_of_paper(paper))
    _write(
        draft, person, now, version, using, final=True, as_of=draft.as_of, digest=digest, values=paper.values
    )


def take_back(draft: Draft, person: int, now: datetime, using: str = "default") -> None:
    """Make a final paper a draft again; the file that was made stays where it was filed. Raises WrongState."""
    if not draft.final:
        raise WrongState("还没有定稿，不用退回。")
    with transaction.atomic(using=using):
        rows = Draft.objects.using(using).filter(pk=draft.pk, final=True)
        rows.update(
            final=False, digest="", values={}, changed_at=now, changed_by=person, version=draft.version + 1
        )
    draft.refresh_from_db(using=using)


def throw_away(draft: Draft, using: str = "default") -> None:
    """Delete a draft. Raises WrongState for a final one."""
    if draft.final:
        raise WrongState("已经定稿，不能删。", hint="请先退回起草。")
    draft.delete(using=using)


def file_in_library(draft: Draft, person: int, clock: Clock, using: str = "default") -> Taken:
    """File a final paper in the library under what it is known to be. Raises WrongState."""
    if not draft.final:
        raise WrongState("还没有定稿，不能归入资料库。", hint="请先定稿。")
    data = b"".join(blobs.read(draft.digest))
    (extracted,) = extract(data, f"{draft.title}.docx")
    taken = take(extracted, clock, draft.campaign_id, using)
    known = {"title": draft.title, "kind": KINDS[draft.kind].filed, "body": draft.head.get("office", "")}
    for stored in taken.stored[:1] if len(taken.stored) == 1 and taken.stored[0].new else ():
        document = Document.objects.using(using).get(pk=stored.document)
        for field, value in known.items():
            if getattr(document, field) != value:
                correct(document, field, value, person, clock(), using)
    return taken


def content_of(draft: Draft, now: datetime, using: str = "default") -> bytes:
    """Return the Word file: as it was made final, else as it reads now."""
    if draft.final:
        return b"".join(blobs.read(draft.digest))
    return word_of_paper(read_paper(draft, now, using))
