"""Documents brought into the library, and a bundle looked at before it is split."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import File, Form, Router, Schema, Status
from ninja.files import UploadedFile

from bihuan.api.call import Call, now
from bihuan.api.library import RemovedOut
from bihuan.api.parts import demand, fill
from bihuan.excel.incoming import keep
from bihuan.library.extract import extract, extract_one
from bihuan.library.intake import Taken, take
from bihuan.library.split import split as split_text
from bihuan.rules.errors import Invalid
from bihuan.rules.permissions import Duty

router = Router(tags=["资料库"])


class StoredOut(Schema):
    """A document that was taken in; ``new`` is false where its text was there already."""

    id: int
    title: str
    new: bool
    file: str


class FailedOut(Schema):
    """A file that was not taken in, and why."""

    file: str
    code: str
    message: str
    hint: str


class AddedOut(Schema):
    """What became of a file, or of each in a zip."""

    documents: list[StoredOut]
    failed: list[FailedOut]


class PartOut(Schema):
    """A document of a bundle: its place in the file's text, and what would be taken out."""

    title: str
    kind: str | None
    start: int
    end: int
    removed: list[RemovedOut]


class SplitOut(Schema):
    """The documents of a file; places count characters of ``text``."""

    documents: list[PartOut]
    text: str


Brought = Annotated[UploadedFile, File(...)]


@router.post(
    "/library/files",
    response={201: AddedOut},
    summary="收文：一个文件，或一个 zip；汇编自动拆分",
)
def add(
    request: Call,
    file: Brought,
    campaign: Annotated[int, Form(0, ge=0, le=2**53, description="归到哪个专项工作")],
) -> Any:
    """Take a file in; what cannot be read of a zip is told beside what was taken in."""
    demand(request.who.actor, Duty.COLLECT)
    if campaign and campaign not in {c.pk for c in request.who.campaigns}:
        raise Invalid(f"没有编号为 {campaign} 的专项工作，或它不属于您的单位。")
    brought = keep(file, request.who.actor.person)
    taken = []
    for extracted in extract(brought.content(), brought.name):
        if extracted.refused and extracted.name == brought.name:
            raise extracted.refused
        taken.append(take(extracted, now, campaign))
    return Status(201, _added(taken))


def _added(taken: list[Taken]) -> AddedOut:
    stored = [
        StoredOut(id=s.document, title=s.title, new=s.new, file=t.path) for t in taken for s in t.stored
    ]
    return AddedOut(documents=stored, failed=[fill(FailedOut, t, file=t.path) for t in taken if t.code])


@router.post("/library/split", response=SplitOut, summary="看一个汇编怎么拆分；不存入")
def split(request: Call, file: Brought) -> SplitOut:
    """Say into which documents a file would be split."""
    demand(request.who.actor, Duty.COLLECT)
    brought = keep(file, request.who.actor.person)
    text = extract_one(brought.content(), brought.name).text
    parts = [
        fill(PartOut, part, kind=part.kind or None, removed=[fill(RemovedOut, r) for r in part.removed])
        for part in split_text(text)
    ]
    return SplitOut(documents=parts, text=text)
