"""The steps before the work, and the limits of every way off it."""

from __future__ import annotations

from collections.abc import Callable

from bihuan.rules.procedure_reader import DAYS, HOURS, Reader
from bihuan.rules.procedure_types import Flow, Permit

APPROVERS = ("supervisor", "lead")
_UNLIMITED = -1


def flow(reader: Reader) -> Flow:
    """Read the table ``[flow]``."""
    found = Flow(
        approval=reader.flag("approval"),
        acceptance=reader.flag("acceptance"),
        accept_limit=reader.span("accept_limit", HOURS),
        plan=reader.flag("plan"),
        plan_limit=reader.span("plan_limit", HOURS),
        **{name: read(reader.table(name)) for name, read in _PERMITS.items()},
    )
    reader.done()
    for step in ("acceptance", "plan"):
        limit = f"{step.removesuffix('ance')}_limit"
        if limit in reader and not getattr(found, step):
            reader.complain(limit, f"{limit} 只在 {step} = true 时才写。")
    return found


def _done(reader: Reader, permit: Permit) -> Permit:
    reader.done()
    return permit


def _returns(reader: Reader) -> Permit:
    """Without an approver a return is one step of the unit itself, so that no request ever waits."""
    times = reader.whole("times", 0, 99, 0)
    found = Permit(
        times=times,
        within=reader.span("limit", HOURS, required=times > 0),
        approver=reader.choice("approver", APPROVERS, ""),
        decide=reader.span("decide", HOURS),
    )
    if found.decide and not found.approver:
        hint = "要批准才能退回的，请用 approver 写明由谁批准。"
        reader.complain("decide", "不经批准就能退回，没有申请要批，decide 用不到。", hint)
    return _done(reader, found)


def _extensions(reader: Reader) -> Permit:
    times = reader.whole("times", 0, 99, 0)
    found = Permit(
        times=times,
        length=reader.span("length", DAYS, required=times > 0),
        notice=reader.span("notice", ("workday", "day")),
        approver=reader.choice("approver", APPROVERS, "supervisor"),
        decide=reader.span("decide", HOURS),
    )
    return _done(reader, found)


def _permit(*more: str) -> Callable[[Reader], Permit]:
    """Read a table in which every key may be left out; ``more`` are its keys beyond the approver and the limits."""

    def read(reader: Reader) -> Permit:
        times = reader.whole("times", 0, 99, _UNLIMITED) if "times" in more else _UNLIMITED
        found = Permit(
            times=None if times == _UNLIMITED else times,
            length=reader.span("length", DAYS) if "length" in more else None,
            approver=reader.choice("approver", APPROVERS, ""),
            decide=reader.span("decide", HOURS),
            respond=reader.span("respond", HOURS) if "respond" in more else None,
        )
        return _done(reader, found)

    return read


_PERMITS: dict[str, Callable[[Reader], Permit]] = {
    "returns": _returns,
    "extensions": _extensions,
    "transfers": _permit("times"),
    "suspensions": _permit("times", "length"),
    "merges": _permit(),
    "escalations": _permit("times", "respond"),
}
