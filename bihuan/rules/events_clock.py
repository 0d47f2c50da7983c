"""Facts that the clock enters, beside the turns of the colour."""

from __future__ import annotations

from bihuan.rules.event import Event, event


@event("item.fell_due")
class ItemFellDue(Event):
    """A limit has passed or a day has come: ``what`` is a key of ``timers.WAITING_NAMES``, ``detail`` the level or look-back.

    ``late`` is set when that was entered after the instant it fell due.
    """

    what: str
    detail: str = ""
    late: bool = False


@event("item.put_off")
class ItemPutOff(Event):
    """What had fallen due has not yet, by the calendar that was published since."""

    what: str
    reason: str = ""


@event("deadline.fell_due")
class DeadlineFellDue(Event):
    """What concerns no item fell due at the entry's ``at``: ``what`` is a key of ``rules.objection.DEADLINES``, ``ref`` the id."""

    what: str
    ref: int
    late: bool = False
