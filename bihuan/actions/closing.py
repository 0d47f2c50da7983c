"""What must hold before closure: each condition of the procedure, checked on the item's rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bihuan.actions.step import Act
from bihuan.rules.procedure_types import Condition


@dataclass(frozen=True)
class _Claim:
    """What the person brings to the step: a rating, the names of what they affirm."""

    rating: str
    affirmed: frozenset[str]


def unmet(act: Act, at: str, *, rating: str = "", affirmed: Sequence[str] = ()) -> list[str]:
    """Return, in Chinese, the conditions of step ``at`` (submit or close) that do not hold yet."""
    claim = _Claim(rating, frozenset(affirmed))
    found = [
        c.reason.rstrip("。") for c in act.procedure.conditions(at) if not _CHECKS[c.kind](act, c, claim)
    ]
    if at == "submit" and act.procedure.flow.plan and not act.item["measures"]:
        found.insert(0, "还没有制定措施")
    return found


def _measures(act: Act, _condition: Condition, _claim: _Claim) -> bool:
    return bool(act.item["measures_done"] == act.item["measures"])


def _progress(act: Act, _condition: Condition, _claim: _Claim) -> bool:
    return bool(act.item["progress"])


def _evidence(act: Act, condition: Condition, _claim: _Claim) -> bool:
    """Files attached since the last reopening count; those that proved an earlier closure do not."""
    if act.item["evidence"] < condition.count:
        return False
    life = act.item["reopens"]
    files = act.ledger.rows.where("evidence", "item_id", act.item["id"])
    fitting = [f for f in files if f["life"] == life and (not condition.of or f["kind"] in condition.of)]
    return len(fitting) >= condition.count


def _percent(act: Act, _condition: Condition, _claim: _Claim) -> bool:
    return bool(act.item["percent"] == 100)


def _target(act: Act, _condition: Condition, _claim: _Claim) -> bool:
    target = (act.item["quantity"] or {}).get("target")
    return target is None or act.item["amount"] >= target


def _rating(_act: Act, _condition: Condition, claim: _Claim) -> bool:
    return bool(claim.rating.strip())


def _statement(_act: Act, condition: Condition, claim: _Claim) -> bool:
    return condition.name in claim.affirmed


_CHECKS: dict[str, Callable[[Act, Condition, _Claim], bool]] = {
    "measures": _measures,
    "progress": _progress,
    "evidence": _evidence,
    "percent": _percent,
    "target": _target,
    "rating": _rating,
    "statement": _statement,
}
