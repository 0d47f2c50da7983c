"""The steps of an item, each with the values that its action takes; what is allowed is decided by the workflow table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, BinaryIO, cast

from ninja import File, Form, Header, Router
from ninja.files import UploadedFile

from bihuan.actions import do
from bihuan.actions.step import handler_of
from bihuan.api.bodies import Body, body_of, taking
from bihuan.api.call import Call, now
from bihuan.api.errors import Behind, Unreadable
from bihuan.api.items import Registered
from bihuan.api.parts import Id
from bihuan.ledger.blobs import Upload
from bihuan.ledger.scan import scanned
from bihuan.models import Item
from bihuan.queries.item import detail_for
from bihuan.rules.errors import Stale
from bihuan.rules.workflow import STEPS

router = Router(tags=["事项的步骤"])
Version = Annotated[
    str,
    Header("", alias="If-Match", description="读到的版本，如 \"7\"；不是最新的拒绝办理（412）", pattern='^("?[0-9]{1,9}"?)?$'),
]  # fmt: skip


def version_of(text: str) -> int | None:
    """Return the version that a call names, None for none. Raises Unreadable."""
    digits = text.strip('"')
    if text and not digits.isdigit():
        raise Unreadable('If-Match 应是事项的版本，如 "7"。')
    return int(digits) if digits else None


def _take(request: Call, action: str, item_id: int, if_match: str, values: dict[str, Any]) -> Any:
    detail_for(request.who, item_id)
    try:
        return do(action, item_id, request.who.actor, now(), version=version_of(if_match), **values)
    except Stale:
        raise Behind(Item.objects.values_list("version", flat=True).get(pk=item_id)) from None


def _view(action: str, body: type[Body]) -> Callable[..., Any]:
    @taking(body)
    def step(request: Call, item_id: Id, if_match: Version, payload: Body) -> Any:
        return _take(request, action, item_id, if_match, payload.given())

    step.__name__ = f"step_{action}"
    return step


for _action, _step in STEPS.items():
    if _action != "attach":
        _body = body_of(
            handler_of(_action), f"Step{_action.title().replace('_', '')}", needs=dict(_step.needs)
        )
        router.post(
            f"/items/{{item_id}}/actions/{_action}",
            response=Registered,
            summary=_step.name,
            description=_step.why,
        )(_view(_action, _body))


@router.post(
    "/items/{item_id}/actions/attach",
    response=Registered,
    summary="上传佐证",
    description=STEPS["attach"].why,
)
def attach(
    request: Call,
    item_id: Id,
    if_match: Version,
    file: Annotated[UploadedFile, File(...)],
    evidence: Annotated[str, Form("", description="材料类别")],
    measure: Annotated[int, Form(0, ge=0, le=10_000, description="证明第几条措施，0 为整个事项")],
    note: Annotated[str, Form("", description="说明")],
) -> Any:
    """Attach a file to an item."""
    scanned(file)
    given = {
        "file": Upload(file.name or "", cast("BinaryIO", file.file)),
        "evidence": evidence,
        "measure": measure,
        "note": note,
    }
    return _take(request, "attach", item_id, if_match, given)
