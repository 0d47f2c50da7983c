"""Slips that fall due: issued, or proposed to whoever signs them, at the instant at which the ladder calls for them."""

from __future__ import annotations

from datetime import datetime

from bihuan.ledger import derive
from bihuan.ledger.ahead import number_of
from bihuan.ledger.append import Ledger
from bihuan.ledger.facts import instant_text
from bihuan.ledger.tables import Row
from bihuan.rules.clocked import CHINA
from bihuan.rules.events import SlipIssued, SlipProposed
from bihuan.rules.ladder import answer_by
from bihuan.rules.permissions import SYSTEM, Actor
from bihuan.rules.procedure_types import SlipRule
from bihuan.rules.slip_words import Matter, slip_text
from bihuan.rules.slips import UNANSWERED
from bihuan.rules.spans import paused


def enter_slip(ledger: Ledger, item: Row, at: datetime, *, late: bool) -> int:
    """Issue or propose the slip of ``item`` that is called for at ``at``; returns how many entries that made (0 or 1)."""
    rung = derive.rung_of(ledger.rows, item)
    if rung is None or rung.at > at:
        return 0
    rule = rung.rule
    text = slip_text(rule.kind, rule.on, matter_of(ledger, item), of=unanswered(ledger, item, rule.of))
    if rule.approver:
        propose(ledger, item, rule, at, text=text, cause=rule.on, late=late)
    else:
        issue(ledger, item, rule, at, text=text, cause=rule.on, late=late)
    return 1


def propose(
    ledger: Ledger,
    item: Row,
    rule: SlipRule,
    at: datetime,
    *,
    text: str,
    actor: Actor = SYSTEM,
    cause: str = "",
    despite: str = "",
    late: bool = False,
) -> int:
    """Enter the proposal of a slip to the item's unit and return its id."""
    event = SlipProposed(
        rung=rule.name, slip_kind=rule.kind, unit=item["owner_id"], to=list(rule.to), copy=list(rule.copy) or None,
        text=text, approver=rule.approver, cause=cause, despite=despite, late=late,
    )  # fmt: skip
    return ledger.append(event, actor, item=item["id"], at=at)


def issue(
    ledger: Ledger,
    item: Row,
    rule: SlipRule,
    at: datetime,
    *,
    text: str,
    actor: Actor = SYSTEM,
    slip: Row | None = None,
    cause: str = "",
    despite: str = "",
    late: bool = False,
) -> int:
    """Enter the issue of a slip under the next number of its series and return its id; ``slip`` is its proposal.

    What goes out late has its number and its limit from the time at which it really goes out: nobody can answer before.
    """
    start = max(at, ledger.now) if late else at
    year = start.astimezone(CHINA).year
    series = rule.number.format(year=year, no="{no}")
    no = ledger.next_number(series)
    limit = (
        answer_by(start, rule.answer, derive.procedure_of(ledger.rows, item), derive.calendar_of(ledger.rows))
        if rule.answer
        else None
    )
    event = SlipIssued(
        rung=rule.name, slip_kind=rule.kind, unit=slip["unit_id"] if slip else item["owner_id"],
        to=list(rule.to), copy=list(rule.copy) or None, text=text, slip=slip["id"] if slip else 0, no=no,
        number=number_of(series, no), series=series, cause=cause, despite=despite, late=late,
        answer_due=instant_text(limit) if limit else "",
    )  # fmt: skip
    seq = ledger.append(event, actor, item=item["id"], at=at)
    return slip["id"] if slip else seq


def matter_of(ledger: Ledger, item: Row) -> Matter:
    """Return what a slip says of ``item``."""
    word = derive.procedure_of(ledger.rows, item).item_word
    return Matter(item["number"], item["title"], word, item["due"], item["due_text"])


def moved_answers(ledger: Ledger, item: Row, pause: tuple[datetime, datetime]) -> dict[str, str]:
    """Return by id the limits of the slips of ``item`` that wait for an answer, moved by ``pause`` as each is counted."""
    procedure, calendar = derive.procedure_of(ledger.rows, item), derive.calendar_of(ledger.rows)
    spans = {rule.name: rule.answer for rule in procedure.slips}
    found = {}
    for slip in (ledger.rows.get("slip", i) for i in item["slips"]):
        span = spans.get(slip["rung"])
        if slip["state"] not in UNANSWERED or slip["answer_due"] is None or span is None:
            continue
        since = max(pause[0], slip["issued_at"])
        at = paused(slip["answer_due"], span, calendar, [(since, pause[1])], roll=procedure.deadlines.roll)
        if at != slip["answer_due"]:
            found[str(slip["id"])] = instant_text(at)
    return found


def unanswered(ledger: Ledger, item: Row, rung: str) -> str:
    """Return how the slip of ``rung`` that ``item`` left unanswered is named: “督办单（督办〔2026〕3号）”; "" if none."""
    found = [ledger.rows.get("slip", i) for i in item["slips"]] if rung else []
    open_ = [s for s in found if s["rung"] == rung and s["state"] in UNANSWERED]
    if open_ and not open_[-1]["number"]:
        ledger.lock()  # it was issued a moment ago and has no number yet
    return f"“{rung}”（{open_[-1]['number']}）" if open_ else ""
