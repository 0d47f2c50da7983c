"""Facts about meetings. What one decides of an item is an entry of that item, right before those of the step that it leads to."""

from __future__ import annotations

from bihuan.rules.event import Event, Json, event


@event("meeting.called")
class MeetingCalled(Event):
    """A meeting of ``office`` is called under ``number``, the ``no``-th of ``series``, without gaps. Its id is the entry's seq.

    ``starts`` is an instant; ``chair`` and ``expected`` are people.
    """

    office: int
    no: int
    number: str
    series: str
    title: str
    starts: str
    place: str
    chair: int
    expected: list[int] | None = None


@event("meeting.agenda_set")
class MeetingAgendaSet(Event):
    """The agenda from its ``first`` place on: ``items`` are objects with ``item`` and ``matter`` (what is to be decided)."""

    meeting: int
    items: list[Json]
    first: int = 1


@event("meeting.attended")
class MeetingAttended(Event):
    """Who came. ``attendance`` are objects with ``person``, ``presence`` (present, absent, represented) and ``by``, who stood in.

    ``observers`` are names (列席); ``presider`` chaired it in fact.
    """

    meeting: int
    attendance: list[Json]
    presider: int
    observers: list[str] | None = None


@event("meeting.decided")
class MeetingDecided(Event):
    """A decision on an item at place ``no`` of the agenda: the ``step`` that is entered next, and the ``reason``.

    ``recused`` are those present who had handled the item and took no part; ``presider`` chaired and answers for it.
    """

    meeting: int
    no: int
    step: str
    presider: int
    reason: str = ""
    recused: list[int] | None = None


@event("meeting.minuted")
class MeetingMinuted(Event):
    """What was said, for the minutes: on place ``no`` of the agenda, or on the whole (0)."""

    meeting: int
    text: str
    no: int = 0


@event("meeting.confirmed")
class MeetingConfirmed(Event):
    """Who chaired it confirms the minutes; from now on only a later meeting changes what was decided."""

    meeting: int


@event("meeting.cancelled")
class MeetingCancelled(Event):
    """It does not take place; its number is not used again."""

    meeting: int
    reason: str
