"""The ledger itself: its chain, its seals, its export; and what comes in as a whole file."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, cast

from django.conf import settings
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from ninja import Field, File, Form, Router, Schema, Status
from ninja.files import UploadedFile

from bihuan.actions.house import keep_mapping
from bihuan.api.bodies import Body
from bihuan.api.call import Call, now
from bihuan.api.deeds import answer_of
from bihuan.api.parts import FILE, After, Id, Page, Size, demand, fill, handed, page_by_id
from bihuan.excel.commit import Committed
from bihuan.excel.files import import_file, kept_corrections, preview_file
from bihuan.excel.incoming import keep, of_token
from bihuan.excel.preview import SheetPreview
from bihuan.excel.words import FIELD_NAMES
from bihuan.ledger.append import alone
from bihuan.ledger.export import exported, verifier_program
from bihuan.ledger.reading import head
from bihuan.ledger.seal import make_seal
from bihuan.ledger.verify import verify
from bihuan.models import Import, Seal
from bihuan.rules.errors import Invalid, NotAllowed, NotFound
from bihuan.rules.permissions import Duty

router = Router(tags=["台账的核验和导入导出"])


class SealOut(Schema):
    """A signed Merkle root over the first ``count`` entries."""

    count: int
    at: datetime
    root: str
    text: str = Field(description="封存文件里的一行，带签名；各处的副本应逐字相同")


class ChainOut(Schema):
    """The state of the chain: how many entries, the hash of the last one, and the newest seal."""

    count: int
    head: str
    hash_name: str
    unsealed: int
    seal: SealOut | None


class VerdictOut(Schema):
    """What was found; ``more`` problems beside those told."""

    entries: int
    head: str
    root: str
    seals: int
    covered: int
    problems: list[str]
    more: int


class SheetOut(Schema):
    """A sheet as it would be taken in. ``columns``: header → field (null: kept as it is); ``letters``: header → column."""

    name: str
    fingerprint: str = Field(description="表头的指纹；更正列的对应关系时用")
    refused: str = Field(description="不能识别为台账的原因；可识别的为空")
    header_rows: list[int]
    columns: dict[str, str | None]
    letters: dict[str, str]
    rows: list[dict[str, Any]]
    problems: list[dict[str, Any]] = Field(description="疑点：工作表、行、列、内容、说明、轻重")


class PreviewOut(Schema):
    """What a file would bring. ``token`` stands for the file for a day."""

    token: str
    name: str
    errors: int
    sheets: list[SheetOut]


class CommitIn(Body):
    """What is to be taken in, and where."""

    token: str = Field(description="预览答复里的 token")
    register_id: Id = Field(alias="register", description="导入到哪个清单")
    base: date | None = Field(None, description="时限“三个月内”等从哪天算起")
    corrections: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="列的更正：表头指纹 → 列字母 → 字段；会记住"
    )
    closed: Literal["reprove", "history"] = Field(
        "reprove", description="原表里已销号的：重新证明（reprove），或作为历史（history）"
    )


class ImportOut(Schema):
    """An import that was done."""

    id: int
    register_id: int
    at: datetime
    actor_id: int
    file: str
    digest: str
    rows: int
    registered: int
    amended: int
    unchanged: int


@router.get("/ledger", response=ChainOut, summary="台账链的状态")
def chain(request: Call) -> ChainOut:
    """Tell how long the chain is, and what was sealed last."""
    demand(request.who.actor, Duty.AUDIT)
    count, digest, hash_name = head()
    last = Seal.objects.order_by("-count").first()
    sealed = fill(SealOut, last) if last else None
    unsealed = count - (last.count if last else 0)
    return ChainOut(count=count, head=digest.hex(), hash_name=hash_name, unsealed=unsealed, seal=sealed)


@router.post("/ledger/verify", response=VerdictOut, summary="核验台账")
def check(request: Call) -> VerdictOut:
    """Verify everything."""
    demand(request.who.actor, Duty.AUDIT)
    return fill(VerdictOut, verify())


@router.get("/ledger/seals", response=Page[SealOut], summary="历次封存")
def seals(request: Call, after: After, size: Size) -> Any:
    """List the seals, the newest first."""
    demand(request.who.actor, Duty.AUDIT)
    rows, more = page_by_id(Seal.objects.all(), after, size)
    return Page[SealOut](rows=[fill(SealOut, row) for row in rows], next=more)


@router.get("/ledger/seals/file", summary="封存文件：另存到别处，由审计员保管", **FILE)
def seal_file(request: Call) -> HttpResponseBase:
    """Hand out the file of the seals, as it lies beside the database."""
    demand(request.who.actor, Duty.AUDIT)
    if not settings.SEAL_FILE.is_file():
        raise NotFound("还没有封存文件。", hint="先封存一次。")
    return handed("封存.jsonl", settings.SEAL_FILE.open("rb"))


@router.post("/ledger/seals", response={201: SealOut}, summary="封存")
def seal(request: Call) -> Any:
    """Seal every entry so far."""
    demand(request.who.actor, Duty.SEAL)
    made = make_seal(now())
    return Status(201, fill(SealOut, Seal.objects.get(pk=made.count)))


@router.get("/ledger/export", summary="导出全部留痕（JSON Lines），可用独立核验程序核验", **FILE)
def export(request: Call) -> HttpResponseBase:
    """Hand out every entry to whoever audits and may read all of them."""
    demand(request.who.actor, Duty.AUDIT)
    if request.who.units is not None:
        raise NotAllowed("导出全部留痕，须能查看全部事项的审计员或督办员办理。")
    lines = (text.encode() for text, _ in exported(upto=head()[0]))
    response = StreamingHttpResponse(lines, content_type="application/octet-stream")
    response["Content-Disposition"] = 'attachment; filename="ledger.jsonl"'
    return response


@router.get("/ledger/verifier", summary="独立核验程序（bihuan_verify.py）：一个文件，只要 Python", **FILE)
def verifier(request: Call) -> HttpResponseBase:
    """Hand out the program that checks what ``export`` and ``seal_file`` hand out, on any machine."""
    demand(request.who.actor, Duty.AUDIT)
    program = verifier_program()
    return handed(program.name, program.read_bytes())


@router.get("/imports", response=Page[ImportOut], summary="导入记录")
def imports(request: Call, after: After, size: Size) -> Any:
    """List the imports into registers that the caller may see, the newest first."""
    demand(request.who.actor, Duty.IMPORT)
    found = Import.objects.filter(register_id__in=[r.pk for r in request.who.registers])
    rows, more = page_by_id(found, after, size)
    return Page[ImportOut](rows=[fill(ImportOut, row) for row in rows], next=more)


@router.post("/imports/preview", response=PreviewOut, summary="预览要导入的台账；不写入任何内容")
def preview(
    request: Call,
    file: Annotated[UploadedFile, File(...)],
    base: Annotated[date | None, Form(None, description="时限“三个月内”等从哪天算起")],
) -> PreviewOut:
    """Say what a file would bring."""
    demand(request.who.actor, Duty.IMPORT)
    kept = keep(file, request.who.actor.person)
    found = preview_file(kept.content(), kept.name, now(), base=base)
    sheets = [_sheet(sheet) for sheet in found.sheets]
    return PreviewOut(token=kept.token(), name=kept.name, errors=len(found.errors), sheets=sheets)


def _sheet(sheet: SheetPreview) -> SheetOut:
    return SheetOut(
        fingerprint=sheet.fingerprint, refused=sheet.refused, **cast("dict[str, Any]", sheet.to_json())
    )


def _demand_fields(corrections: dict[str, dict[str, str]]) -> None:
    unknown = sorted(
        {name for columns in corrections.values() for name in columns.values()} - FIELD_NAMES.keys()
    )
    if unknown:
        raise Invalid(f"没有这些字段：{'、'.join(unknown)}。", hint=f"可用：{'、'.join(FIELD_NAMES)}。")


@router.post(
    "/imports", response={201: answer_of(Committed)}, summary="导入预览过的台账：全部写入，或全不写入"
)
def commit(request: Call, payload: CommitIn) -> Any:
    """Take in a file that was looked at; its corrections are kept for the next one with the same header."""
    demand(request.who.actor, Duty.IMPORT)
    actor, at = request.who.actor, now()
    request.who.register(payload.register_id)
    _demand_fields(payload.corrections)
    file = of_token(payload.token, actor.person)
    known = kept_corrections()
    with alone():
        for fingerprint, columns in payload.corrections.items():
            keep_mapping(actor, at, fingerprint, {**known.get(fingerprint, {}), **columns})
        _, done = import_file(
            file.content(),
            file.name,
            payload.register_id,
            actor,
            at,
            base=payload.base,
            closed=payload.closed,
        )
    return Status(201, done)
