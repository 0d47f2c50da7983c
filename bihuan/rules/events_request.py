"""Facts about requests (申请): what those ask for who may not decide it. All concern one item."""

from __future__ import annotations

from bihuan.rules.event import Event, Json, event


@event("request.asked")
class RequestAsked(Event):
    """Something is asked for (``request_kind``, ``rules.requests``) with a reason. Its id is the entry's seq.

    ``unit`` has the item at the time; ``wanted`` are the values of the step; ``approver`` is the role that decides, "" whoever may
    take the step; ``decide_due`` the instant by which it is to be decided, "" if there is none.
    """

    request_kind: str
    reason: str
    unit: int
    wanted: Json | None = None
    approver: str = ""
    decide_due: str = ""


@event("request.decided")
class RequestDecided(Event):
    """Approved, and then the step is entered next, or refused with a reason. ``granted`` are the values where they differ from
    those that were wanted.
    """

    request: int
    approved: bool
    opinion: str = ""
    granted: Json | None = None


@event("request.withdrawn")
class RequestWithdrawn(Event):
    """Nobody decides it any more: whoever asked takes it back, or what it asks for has become pointless."""

    request: int
    reason: str
