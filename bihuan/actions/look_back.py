"""Look-backs by lot: a share of the closures of a period is drawn, and each drawn item is to be looked at by a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from bihuan.ledger import derive
from bihuan.ledger.append import Ledger
from bihuan.ledger.due import catch_up
from bihuan.ledger.tables import Row
from bihuan.rules import events as ev
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import Invalid, Needs
from bihuan.rules.permissions import Actor
from bihuan.rules.procedure import Span
from bihuan.rules.spans import last_day
from bihuan.rules.workflow import State

#: What is drawn is given at least this long, however long ago it was closed.
LEAST = Span(1, "month")


def check_period(
    register: int, since: date | None, until: date | None, due: date | None, today: date
) -> None:
    """Raise Needs or Invalid unless a look-back can be drawn from the closures of these days."""
    if not (register and since and until):
        raise Needs("抽取回头看还缺：清单和销号时段（起、止）。")
    if until >= today:
        raise Invalid(
            f"销号时段到 {until} 为止，还没有过完。", hint="请在时段结束后再登记抽样，以免漏掉其后的销号。"
        )
    if due is not None and due < today:
        raise Invalid(f"回头看的期限 {due} 已经过去。")


def share_of(ledger: Ledger, register_row: Row) -> int:
    """Return the percentage of closures that the register's procedure looks at again. Raises Invalid where it says nothing."""
    rule = derive.parsed(ledger.rows.get("procedure", register_row["procedure_id"])["text"]).look_back
    if rule is None:
        raise Invalid("这个清单的规程没有规定回头看的比例。", hint="请写明抽取数量或比例（--share）。")
    return rule.sample


def choose(ledger: Ledger, sample: int, ids: Iterable[int], due: str, actor: Actor) -> int:
    """Enter the task for each drawn item that is closed still (others are at work again); ``ids`` are held. Returns how many."""
    items = [row for i in ids if (row := ledger.item(i)) is not None]
    for item in items:
        catch_up(ledger, item, ledger.now)
    chosen = [i for i in items if i["state"] == State.CLOSED]
    for item in chosen:
        day = due or _due(ledger, item).isoformat()
        ledger.append(
            ev.ItemChosen(sample=sample, due=day),
            actor,
            item=item["id"],
            at=max(ledger.now, item["changed_at"]),
        )
    return len(chosen)


def _due(ledger: Ledger, item: Row) -> date:
    procedure, calendar = derive.procedure_of(ledger.rows, item), derive.calendar_of(ledger.rows)
    roll, today = procedure.deadlines.roll, ledger.now.astimezone(CHINA).date()
    days = [last_day(today, LEAST, calendar, roll=roll).date]
    if procedure.look_back is not None:
        closed_on = item["closed_at"].astimezone(CHINA).date()
        days.append(last_day(closed_on, procedure.look_back.after[0], calendar, roll=roll).date)
    return max(days)
