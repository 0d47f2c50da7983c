"""Projection: what each entry does to the tables. The same code serves an action and a rebuild."""

from __future__ import annotations

from typing import Any, cast

from bihuan.ledger import (
    derive,
    house,
    project_closing,
    project_house,
    project_inspection,
    project_item,
    project_meeting,
    project_request,
    project_sample,
    project_slip,
)
from bihuan.ledger.facts import Fact
from bihuan.ledger.rows import Rows
from bihuan.rules import events as ev

#: The kinds of facts that belong to an item and settle its row.
_OF_ITEMS = (
    project_item.HANDLERS
    | project_slip.HANDLERS
    | project_inspection.ITEM_HANDLERS
    | project_closing.ITEM_HANDLERS
    | project_request.HANDLERS
    | project_meeting.ITEM_HANDLERS
)

#: The kinds of facts that concern no item.
_OF_THE_HOUSE = (
    project_house.HANDLERS
    | project_sample.HANDLERS
    | project_inspection.HANDLERS
    | project_closing.HANDLERS
    | project_meeting.HANDLERS
)


def project(rows: Rows, fact: Fact) -> None:
    """Apply ``fact`` to ``rows``. Raises KeyError when it contradicts what is there."""
    event: Any = fact.event
    if fact.kind == "item.registered":
        item = project_item.registered(rows, fact, cast(ev.ItemRegistered, event))
        derive.settle(rows, fact, item, None)
    elif fact.kind in _OF_ITEMS:
        item = rows.get("item", fact.item)
        before = derive.standing(item)
        _OF_ITEMS[fact.kind](rows, fact, item, event)
        derive.settle(rows, fact, item, before)
    elif fact.kind != "ledger.opened":
        _OF_THE_HOUSE[fact.kind](rows, fact, event)
        if fact.kind in house.KINDS:
            rows.change_house(fact.seq)
