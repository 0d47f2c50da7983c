"""Proofreading: what is wrong in a text or a file, why and what to write; findings put aside; the office's own words."""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePath
from typing import Annotated, Any

from django.http.response import HttpResponseBase
from ninja import Field, Form, Router, Schema

from bihuan.api.bodies import Body
from bihuan.api.call import Call, now
from bihuan.api.errors import Behind
from bihuan.api.library_bring import Brought
from bihuan.api.parts import FILE, demand, fill, handed
from bihuan.api.steps import Version, version_of
from bihuan.excel.incoming import keep
from bihuan.library.proofread import own_words
from bihuan.library.proofread.dismissals import dismiss as dismiss_finding
from bihuan.library.proofread.engine import Options
from bihuan.library.proofread.reviewing import Reviewed, reviewed
from bihuan.library.proofread.source import Source, replaced, source_of
from bihuan.library.proofread.text import Text
from bihuan.models import Campaign
from bihuan.rules.errors import NotAllowed, NotFound, Stale
from bihuan.rules.permissions import Duty

router = Router(tags=["校对"])
_LONGEST = 500_000


class MistakeOut(Schema):
    """A finding: ``start`` and ``end`` count characters of the plain text; ``suggestion`` replaces ``text``, null: only a person
    can say; ``reason``: why it was put aside, "" while it is open."""

    id: int
    rule: str
    name: str
    why: str
    level: str
    start: int
    end: int
    text: str
    suggestion: str | None
    message: str
    safe: bool
    paragraph: int
    context: str
    reason: str


class ProofreadOut(Schema):
    """The findings in ``text``; ``fixed`` is the text with what is safe put right."""

    findings: list[MistakeOut]
    text: str
    fixed: str


class ProofIn(Body):
    """A text to be proofread."""

    text: str = Field(min_length=1, max_length=_LONGEST)
    office: str = Field("", max_length=100, description="本单位；查有没有留着别处的地名")
    campaign: int = Field(0, ge=0, le=2**53, description="与哪个专项工作的台账核对数字")
    mechanical: bool = Field(False, description="只查标点、序号、数字、格式")


class DismissIn(ProofIn):
    """A finding of a text that is none, and why."""

    rule: str = Field(min_length=1, max_length=40)
    start: int = Field(ge=0, le=2**53)
    end: int = Field(ge=0, le=2**53)
    reason: str = Field(min_length=1, max_length=500)


class WordsOut(Schema):
    """The office's own list of words; ``version`` 0 while there is none."""

    version: int
    text: str
    person_id: int
    at: datetime | None


class WordsIn(Body):
    """The list as it shall be."""

    text: str = Field(
        max_length=own_words.LONGEST, description="[names]、[words]、[wrong]、[allowed] 各节，一行一组"
    )


Office = Annotated[str, Form("", max_length=100, description="本单位")]
Of = Annotated[int, Form(0, ge=0, le=2**53, description="与哪个专项工作的台账核对数字")]
Mechanical = Annotated[bool, Form(False, description="只查标点、序号、数字、格式")]


@router.post("/proofread", response=ProofreadOut, summary="校对一段文字")
def text(request: Call, payload: ProofIn) -> ProofreadOut:
    """Proofread a text."""
    demand(request.who.actor, Duty.READ)
    plain = _plain(payload.text)
    return _told(plain, _found(request, Text(plain), payload.office, payload.campaign, payload.mechanical))


@router.post("/proofread/file", response=ProofreadOut, summary="校对一个文件")
def file(request: Call, file: Brought, office: Office, campaign: Of, mechanical: Mechanical) -> ProofreadOut:
    """Proofread a file; places count characters of the text that is returned."""
    demand(request.who.actor, Duty.READ)
    source = _source(request, file)
    return _told(source.text.text, _found(request, source.text, office, campaign, mechanical))


@router.post("/proofread/fixed", summary="校对一个文件，交回改好的：Word 用修订和批注", **FILE)
def fixed(
    request: Call, file: Brought, office: Office, campaign: Of, mechanical: Mechanical
) -> HttpResponseBase:
    """Hand out the file with what is safe put right. Raises NotFixable."""
    demand(request.who.actor, Duty.READ)
    source = _source(request, file)
    found = _found(request, source.text, office, campaign, mechanical)
    name = PurePath(file.name or "文件")
    content = source.fixed([one.finding for one in found if not one.reason], now())
    return handed(f"{name.stem}（校对）{name.suffix}", content)


@router.post("/proofread/dismiss", response=MistakeOut, summary="认定一处不是错误，写明理由")
def dismiss(request: Call, payload: DismissIn) -> MistakeOut:
    """Keep that a finding is none: in this text and in later versions of it."""
    demand(request.who.actor, Duty.READ)
    plain = Text(_plain(payload.text))
    wanted = (payload.rule, payload.start, payload.end)
    found = _found(request, plain, payload.office, payload.campaign, payload.mechanical)
    one = next((r for r in found if (r.finding.rule, r.finding.start, r.finding.end) == wanted), None)
    if one is None:
        raise NotFound("没有这一处。", hint="请重新校对再看。")
    dismiss_finding(plain, one.finding, payload.reason.strip(), now())
    return _finding(one, payload.reason.strip())


def _plain(given: str) -> str:
    return given.replace("\r\n", "\n").replace("\r", "\n")


def _source(request: Call, file: Any) -> Source:
    kept = keep(file, request.who.actor.person)
    return source_of(kept.content(), kept.name)


def _found(request: Call, plain: Text, office: str, campaign: int, mechanical: bool) -> list[Reviewed]:
    options = Options(office=office.strip(), words=own_words.words_text(), mechanical=mechanical)
    return reviewed(plain, options, _campaign(request, campaign))


def _campaign(request: Call, wanted: int) -> Campaign | None:
    if not wanted:
        return None
    found = next((c for c in request.who.whole if c.pk == wanted), None)
    if found is None:
        raise NotAllowed("没有这个专项工作，或您不能看到它的全部事项。")
    return found


def _told(plain: str, found: list[Reviewed]) -> ProofreadOut:
    right = replaced(plain, [one.finding for one in found if not one.reason])
    return ProofreadOut(findings=[_finding(one, one.reason) for one in found], text=plain, fixed=right)


def _finding(one: Reviewed, reason: str) -> MistakeOut:
    name, why = (one.rule.name, one.rule.why) if one.rule else (one.finding.rule, "")
    return fill(MistakeOut, one.finding, id=one.no, name=name, why=why, reason=reason)


@router.get("/proofread/words", response=WordsOut, summary="本单位的用语表")
def words(request: Call) -> WordsOut:
    """Tell the office's own list of words."""
    demand(request.who.actor, Duty.READ)
    return _words()


def _words() -> WordsOut:
    found = own_words.kept_words()
    if found is None:
        return WordsOut(version=0, text="", person_id=0, at=None)
    return fill(WordsOut, found, version=found.pk)


@router.post("/proofread/words", response=WordsOut, summary="改本单位的用语表；以前的留存")
def keep_words(request: Call, if_match: Version, payload: WordsIn) -> WordsOut:
    """Keep the list. Raises WordsInvalid with the line."""
    demand(request.who.actor, Duty.COLLECT)
    person = request.who.actor.person
    try:
        own_words.keep_words(payload.text, person, now(), version_of(if_match))
    except Stale:
        raise Behind(_words().version) from None
    return _words()
