"""Facts about inspections: the plan, its approval, what was found, and the end."""

from __future__ import annotations

from bihuan.rules.event import Event, event


@event("inspection.proposed")
class InspectionProposed(Event):
    """A plan waits for approval. Its id is the entry's seq.

    ``mode`` is planned, special, random, covert or walk; ``office`` the inspecting unit; ``contents``, ``objects`` and ``scope``
    are 内容、对象、范围; ``units`` are inspected, with all below them, from ``starts`` to ``ends`` (dates, inclusive); ``leader``
    and ``members`` are people; ``sample`` is the draw that chose the units, 0 if none did. ``register`` is where its findings
    go unless told otherwise, and for which it counts; 0: for none.
    """

    name: str
    mode: str
    office: int
    contents: list[str]
    objects: str
    scope: str
    units: list[int]
    starts: str
    ends: str
    leader: int
    members: list[int] | None = None
    sample: int = 0
    register: int = 0


@event("inspection.amended")
class InspectionAmended(Event):
    """The whole plan as it is to be from now on, and why; it waits for approval anew."""

    inspection: int
    reason: str
    name: str
    contents: list[str]
    objects: str
    scope: str
    units: list[int]
    starts: str
    ends: str
    leader: int
    members: list[int] | None = None


@event("inspection.approved")
class InspectionApproved(Event):
    """The plan is approved; ``despite`` tells why, although the units are inspected by others at the same time."""

    inspection: int
    opinion: str = ""
    despite: str = ""


@event("inspection.found")
class InspectionFound(Event):
    """A finding, entered with the item that it became (``registered``) or that it is tied to.

    ``unit`` is where it was found, ``content`` the content of the plan under which it falls, ``category`` its class,
    ``happened_at`` the instant at which it was seen; the entry's ``recorded`` is when it was entered.
    """

    inspection: int
    unit: int
    content: str
    text: str
    happened_at: str
    category: str = ""
    registered: bool = False


@event("inspection.stepped")
class InspectionStepped(Event):
    """One step of a walk through ``service`` as an ordinary user: ``what`` was done, the ``minutes`` it took, the ``obstacle``."""

    inspection: int
    unit: int
    service: str
    what: str
    minutes: int
    happened_at: str
    obstacle: str = ""


@event("inspection.finished")
class InspectionFinished(Event):
    """It is over; ``conclusion`` is what the units are told."""

    inspection: int
    conclusion: str


@event("inspection.cancelled")
class InspectionCancelled(Event):
    """It does not take place."""

    inspection: int
    reason: str


@event("inspection.told")
class InspectionTold(Event):
    """The conclusion is fed back to an inspected ``unit``, which may object until ``object_by`` (a date, its end)."""

    inspection: int
    unit: int
    text: str
    object_by: str


@event("inspection.objected")
class InspectionObjected(Event):
    """The ``unit`` objects to what it was told by the entry ``conclusion``; others decide by ``decide_by`` (a date, its end)."""

    inspection: int
    conclusion: int
    unit: int
    reason: str
    decide_by: str


@event("inspection.reexamined")
class InspectionReexamined(Event):
    """The objection (the seq of its entry) is decided by people who did not inspect: ``outcome`` is upheld, changed or revoked."""

    inspection: int
    objection: int
    outcome: str
    text: str
