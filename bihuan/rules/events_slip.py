"""Facts about slips: the numbered papers by which a unit is told, urged, warned or called in. All concern one item."""

from __future__ import annotations

from bihuan.rules.event import Event, event


@event("slip.proposed")
class SlipProposed(Event):
    """A slip waits for the person who signs it; its id is the entry's seq. It has no number before it is issued.

    ``rung`` is its name in the procedure, ``slip_kind`` its kind; ``unit`` receives it, ``to`` and ``copy`` are roles; ``text``
    is what it says. ``cause`` is what the procedure issues it on, "" by hand. ``despite`` tells why a duplicate or a
    recent request to the unit did not hold it up; ``late`` that it was entered after the instant at which it was called for.
    """

    rung: str
    slip_kind: str
    unit: int
    to: list[str]
    text: str
    approver: str
    copy: list[str] | None = None
    cause: str = ""
    despite: str = ""
    late: bool = False


@event("slip.issued")
class SlipIssued(Event):
    """A slip is issued under ``number``, the ``no``-th of ``series``, without gaps.

    ``slip`` is the proposal that was signed; 0: it needed none, and its id is the entry's seq. ``answer_due`` is the
    instant by which an answer is due, "" if none is. The other fields are those of a proposal, as they were signed.
    """

    rung: str
    slip_kind: str
    unit: int
    to: list[str]
    text: str
    no: int
    number: str
    series: str
    slip: int = 0
    copy: list[str] | None = None
    answer_due: str = ""
    cause: str = ""
    despite: str = ""
    late: bool = False


@event("slip.delivered")
class SlipDelivered(Event):
    """The slip was handed over on paper; ``note`` says to whom and how."""

    slip: int
    note: str = ""


@event("slip.read")
class SlipRead(Event):
    """A recipient opened the slip for the first time."""

    slip: int


@event("slip.acknowledged")
class SlipAcknowledged(Event):
    """A recipient signed for the slip."""

    slip: int
    note: str = ""


@event("slip.answered")
class SlipAnswered(Event):
    """The unit answers."""

    slip: int
    text: str


@event("slip.judged")
class SlipJudged(Event):
    """The answer is accepted, or sent back with a reason and a new ``answer_due``."""

    slip: int
    accepted: bool
    opinion: str = ""
    answer_due: str = ""


@event("slip.closed")
class SlipClosed(Event):
    """The slip is done with: nothing more is asked of the unit."""

    slip: int
    note: str = ""


@event("slip.withdrawn")
class SlipWithdrawn(Event):
    """The slip is taken back, or its proposal turned down; a number it had is not used again."""

    slip: int
    reason: str
