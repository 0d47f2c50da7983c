"""Facts about random samples: what will be drawn from, and what was drawn."""

from __future__ import annotations

from bihuan.rules.event import Event, Json, event


@event("sample.committed")
class SampleCommitted(Event):
    """The population of a sample, before anything is drawn. Its id is the entry's seq.

    ``of`` is what is sampled, ``item`` or ``unit``; ``office`` the unit that samples; ``strata`` are objects with ``name``, ``ids``
    (all members) and ``size`` (how many are drawn); ``digest`` is ``rules.sampling.digest`` of them; ``criteria`` says how
    the population was chosen. The draw is told in ``rules.sampling``.
    """

    purpose: str
    of: str
    office: int
    strata: list[Json]
    digest: str
    seed: str
    criteria: Json | None = None


@event("sample.drawn")
class SampleDrawn(Event):
    """What the draw gave: ``chosen`` are objects with ``name`` and ``ids``; ``commitment`` is the committing entry's hash (hex)."""

    sample: int
    commitment: str
    chosen: list[Json]
