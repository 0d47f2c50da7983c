"""Facts about what follows a closure: items chosen for a look-back, signs set aside, institutions, case reviews."""

from __future__ import annotations

from bihuan.rules.event import Event, Json, event


@event("item.chosen")
class ItemChosen(Event):
    """The closed item was drawn by ``sample`` for a look-back, to be done by ``due`` (a date)."""

    sample: int
    due: str


@event("item.sign_dismissed")
class ItemSignDismissed(Event):
    """A sign of false closure was looked into and is explained by ``reason``; ``sign`` is its kind, ``key`` tells which one."""

    sign: str
    key: str
    reason: str


@event("institution.drafted")
class InstitutionDrafted(Event):
    """A rule is being made by ``unit`` because of ``items``. Its id is the entry's seq. ``basis`` is 依据."""

    title: str
    unit: int
    office: int
    basis: str
    items: list[int]


@event("institution.caused")
class InstitutionCaused(Event):
    """The item is one of those because of which ``institution`` is made or revised; ``title`` is what that is called."""

    institution: int
    title: str


@event("institution.issued")
class InstitutionIssued(Event):
    """The rule is issued on ``issued_on`` under its ``number``, the ``no``-th of ``series``; to be reviewed by ``review_on``.

    ``digest`` and ``file`` are its text: the hash of the stored file, and its name.
    """

    institution: int
    no: int
    number: str
    series: str
    issued_on: str
    review_on: str
    digest: str = ""
    file: str = ""


@event("institution.revised")
class InstitutionRevised(Event):
    """The rule was revised on ``revised_on`` under the same number, because of ``reason``."""

    institution: int
    title: str
    basis: str
    revised_on: str
    review_on: str
    reason: str
    digest: str = ""
    file: str = ""


@event("institution.kept")
class InstitutionKept(Event):
    """The rule was reviewed and stays as it is, as ``opinion`` says; it is reviewed again by ``review_on``."""

    institution: int
    opinion: str
    review_on: str


@event("institution.repealed")
class InstitutionRepealed(Event):
    """The rule no longer holds from ``repealed_on``; a draft is given up."""

    institution: int
    repealed_on: str
    reason: str


@event("case.reviewed")
class CaseReviewed(Event):
    """What is to be learnt from ``items`` (典型案例复盘). Its id is the entry's seq.

    ``turns`` are turning points chosen from the timelines: objects with ``item``, ``seq``, ``hash`` (of that entry, hex) and
    ``text``, in the order of time.
    """

    title: str
    office: int
    items: list[int]
    cause: str
    turns: list[Json]
    lesson: str
