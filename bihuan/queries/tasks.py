"""What a task is, and how urgent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bihuan.models import Inspection, Institution, Item, Meeting, Objection, Request, Slip

#: So many tasks of a kind are shown; beyond, the list behind them is offered.
MOST = 20
NOW, SOON, LATER = 0, 1, 2
#: What is read of an item to tell what is to be done with it: all of its columns take three times as long.
OF_ITEM = ("id", "number", "title", "procedure_id", "owner_id", "office_id", "state", "level", "colour", "overdue", "waiting",
           "due", "due_at", "closed_at", "measures", "measures_done", "handled_by", "version")  # fmt: skip
OF_SLIP = ("id", "item_id", "unit_id", "rung", "number", "state", "to", "approver", "answer_due")


@dataclass(frozen=True)
class Task:
    """One thing to do: ``kind`` is a step of an item, ``slip-`` and a step of a slip, ``inspection-`` or ``meeting-`` and a step
    of one, ``request`` or ``objection``, to be decided, ``institution``, to be reviewed, or ``meeting``, to be called for an item.

    ``due`` is when it has to be done (None: no limit), ``urgency`` one of NOW, SOON, LATER; exactly one of ``item``
    (alone), ``slip`` or ``request`` (with its item), ``inspection``, ``objection`` (with its inspection), ``meeting`` and
    ``institution`` is what it is about.
    """

    kind: str
    urgency: int
    due: datetime | None
    item: Item | None = None
    slip: Slip | None = None
    inspection: Inspection | None = None
    request: Request | None = None
    meeting: Meeting | None = None
    objection: Objection | None = None
    institution: Institution | None = None
