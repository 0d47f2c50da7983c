"""What the units do: plan measures, report progress, attach evidence, apply for closure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bihuan.actions.closing import unmet
from bihuan.actions.measures import MEASURE_STATES, new_measure, planned, reported
from bihuan.actions.step import Act, handles
from bihuan.ledger.blobs import Upload, store
from bihuan.ledger.tables import Row
from bihuan.rules import events as ev
from bihuan.rules.errors import Invalid, Needs


@handles("plan")
def plan(
    act: Act,
    *,
    measures: Sequence[Mapping[str, str] | str] = (),
    changed: Mapping[str, Mapping[str, str]] | None = None,
    cancelled: Mapping[str, str] | None = None,
    reason: str = "",
) -> None:
    """Add measures (texts, or objects with ``text, target, owner, due``), change those that stand (by no), cancel some (no → why)."""
    new = [new_measure(m, act.today, act.calendar) for m in measures]
    changes = {
        str(_of_item(act, no)["no"]): planned(values, act.today, act.calendar)
        for no, values in (changed or {}).items()
    }
    dropped = {str(_open(act, no)["no"]): _why(no, why) for no, why in (cancelled or {}).items()}
    if not new and not dropped and not any(changes.values()):
        raise Needs("制定措施还缺：措施。")
    event = ev.ItemPlanned(
        measures=new or None,
        changed=changes or None,
        cancelled=dropped or None,
        reason=reason.strip(),
        meeting=act.meeting,
    )
    act.enter(event)


def _open(act: Act, no: object) -> Row:
    found = _of_item(act, no)
    if found["state"] != "open":
        raise Invalid(f"第 {no} 条措施{MEASURE_STATES[found['state']]}，不能取消。")
    return found


def _why(no: str, why: object) -> str:
    if not isinstance(why, str) or not why.strip():
        raise Needs(f"取消第 {no} 条措施还缺：理由。")
    return why.strip()


def _of_item(act: Act, no: object) -> Row:
    found = act.ledger.rows.find("measure", (act.item["id"], int(str(no)))) if str(no).isdecimal() else None
    if found is None:
        raise Invalid(f"没有第 {no} 条措施，这一事项共有 {act.item['measures']} 条。")
    return found


@handles("report")
def report(
    act: Act,
    *,
    text: str = "",
    percent: int | None = None,
    unchanged: bool = False,
    measures: Mapping[str, Mapping[str, str]] | None = None,
    amount: int | None = None,
    difficulty: str = "",
) -> None:
    """Report progress. ``unchanged`` alone says that nothing has moved, in one step, with no essay."""
    changes = {str(_of_item(act, no)["no"]): reported(values) for no, values in (measures or {}).items()}
    if not (
        text.strip()
        or unchanged
        or changes
        or percent is not None
        or amount is not None
        or difficulty.strip()
    ):
        raise Needs("反馈进展还缺：进展情况。", hint="没有新进展的，请直接选“暂无进展”，不必写材料。")
    _check_numbers(act, percent, amount)
    act.enter(
        ev.ItemProgressed(
            text=text.strip(),
            percent=percent,
            unchanged=unchanged,
            measures=changes or None,
            amount=amount,
            difficulty=difficulty.strip(),
        )
    )


def _check_numbers(act: Act, percent: int | None, amount: int | None) -> None:
    if percent is not None and not 0 <= percent <= 100:
        raise Invalid(f"完成比例应在 0 到 100 之间，填的是 {percent}。")
    if amount is not None and (amount < 0 or act.item["quantity"] is None):
        raise Invalid("完成数量不能为负，且只有设了目标数量的事项才能填。")


@handles("attach")
def attach(act: Act, *, file: Upload, evidence: str = "", measure: int = 0, note: str = "") -> None:
    """Attach a file; it is stored by the hash of its content before the entry that names it."""
    if measure:
        _of_item(act, measure)
    kinds = act.procedure.evidence
    if evidence and kinds and evidence not in kinds:
        raise Invalid(f"佐证类别“{evidence}”不在规程中。", hint=f"可选：{'、'.join(kinds)}。")
    blob = store(file)
    act.enter(
        ev.ItemAttached(
            digest=blob.digest,
            name=blob.name,
            size=blob.size,
            media=blob.media,
            evidence=evidence,
            measure=measure,
            note=note,
        )
    )


@handles("submit")
def submit(act: Act, *, text: str, affirmed: Sequence[str] = ()) -> None:
    """Apply for closure once everything that the procedure asks for at this point is there.

    ``affirmed`` names the conditions that the person vouches for.
    """
    missing = unmet(act, "submit", affirmed=affirmed)
    if missing:
        raise Needs("还不能申请销号：" + "；".join(missing) + "。", hint="补齐后再申请。")
    act.enter(ev.ItemSubmitted(text=text.strip(), affirmed=list(affirmed) or None))
