"""What the units do: plan measures, report progress, attach evidence, apply for closure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bihuan.actions.closing import unmet
from bihuan.actions.step import Act, handles
from bihuan.ledger.blobs import Upload, store
from bihuan.ledger.tables import Row
from bihuan.rules import deadlines
from bihuan.rules import events as ev
from bihuan.rules.errors import Invalid, Needs

MEASURE_STATES = {"open": "未完成", "done": "已完成", "waived": "免办"}
_PLAN_FIELDS = frozenset({"text", "target", "owner", "due"})
_REPORT_FIELDS = frozenset({"state", "progress", "reason"})


@handles("plan")
def plan(
    act: Act,
    *,
    measures: Sequence[Mapping[str, str] | str] = (),
    changed: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Add measures (texts, or objects with ``text, target, owner, due``) and change those that stand (by no)."""
    new = [_measure(act, m) for m in measures]
    changes = {str(_of_item(act, no)["no"]): _planned(act, values) for no, values in (changed or {}).items()}
    act.enter(ev.ItemPlanned(measures=new or None, changed=changes or None))


def _measure(act: Act, given: Mapping[str, str] | str) -> ev.Json:
    values = {"text": given} if isinstance(given, str) else dict(given)
    if not values.get("text", "").strip():
        raise Needs("措施还缺：内容。")
    return _planned(act, values)


def _planned(act: Act, values: Mapping[str, str]) -> ev.Json:
    _only(values, _PLAN_FIELDS)
    found: ev.Json = {k: v.strip() for k, v in values.items() if k != "due"}
    if "due" in values:
        found |= _due(act, values["due"])
    return found


def _due(act: Act, words: str) -> ev.Json:
    if not words:
        return {"due": "", "due_text": ""}
    read = deadlines.parse(words, base=act.today, calendar=act.calendar)
    if any(d.severity == "error" for d in read.doubts):
        raise Invalid(f"措施时限“{words}”读不懂。", hint="可写 2026-12-31、2026年12月底前 等。")
    return {"due": read.due.isoformat() if read.due else "", "due_text": read.text}


def _only(values: Mapping[str, Any], names: frozenset[str]) -> None:
    unknown = sorted(set(values) - names)
    if unknown:
        raise Invalid(f"措施没有这些内容：{'、'.join(unknown)}。", hint=f"可填：{'、'.join(sorted(names))}。")


def _of_item(act: Act, no: object) -> Row:
    found = act.ledger.rows.find("measure", (act.item["id"], int(str(no)))) if str(no).isdigit() else None
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
    changes = {str(_of_item(act, no)["no"]): _reported(values) for no, values in (measures or {}).items()}
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


def _reported(values: Mapping[str, str]) -> ev.Json:
    _only(values, _REPORT_FIELDS)
    if values.get("state") not in {None, *MEASURE_STATES}:
        raise Invalid(f"措施状态“{values['state']}”不认识。", hint=f"可用：{'、'.join(MEASURE_STATES)}。")
    if values.get("state") == "waived" and not values.get("reason", "").strip():
        raise Needs("措施免办还缺：理由。")
    return {k: v.strip() for k, v in values.items()}


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
def submit(act: Act, *, text: str) -> None:
    """Apply for closure once everything that the procedure asks for at this point is there."""
    missing = unmet(act, "submit", text=text)
    if missing:
        raise Needs("还不能申请销号：" + "；".join(missing) + "。", hint="补齐后再申请。")
    act.enter(ev.ItemSubmitted(text=text.strip()))
