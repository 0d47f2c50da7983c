"""What is derived from the rows as they change: counters, their history, and what falls due."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class _Sums(models.Model):
    """The summed values (``rules.figures.Sums``)."""

    items = models.BigIntegerField()
    measures = models.BigIntegerField()
    measures_done = models.BigIntegerField()
    overdue = models.BigIntegerField()
    ongoing = models.BigIntegerField()
    claimed = models.BigIntegerField()
    reopens = models.BigIntegerField()
    look_backs = models.BigIntegerField()
    relapses = models.BigIntegerField()
    extensions = models.BigIntegerField()

    class Meta:
        """Shared columns."""

        abstract = True


class Tally(_Sums):
    """The sums over all items of a register with one state and colour, as a whole and by one facet.

    ``facet`` is ``all``, ``unit``, ``class`` or ``channel`` and ``label`` its value; separate facets keep the table
    small however many items there are.
    """

    pk = models.CompositePrimaryKey("register_id", "facet", "label", "state", "colour")
    register_id = models.BigIntegerField()
    facet = models.CharField(max_length=8)
    label = models.CharField(max_length=200)
    state = models.CharField(max_length=12)
    colour = models.CharField(max_length=10)

    class Meta:
        """Projection."""

        db_table = "tally"


class Transition(_Sums):
    """What an entry took from the tallies (``sign`` −1) and added to them (+1); sums up to a moment are its figures."""

    pk = models.CompositePrimaryKey("seq", "sign")
    seq = models.BigIntegerField()
    sign = models.SmallIntegerField()
    at = models.DateTimeField()
    item_id = models.BigIntegerField()
    register_id = models.BigIntegerField()
    unit_id = models.BigIntegerField()
    klass = models.CharField(max_length=200)
    channel = models.CharField(max_length=40)
    state = models.CharField(max_length=12)
    colour = models.CharField(max_length=10)

    class Meta:
        """Projection."""

        db_table = "transition"
        indexes: ClassVar = [models.Index(fields=["register_id", "at"], name="transition_at")]


class Timer(models.Model):
    """Something that falls due at a known instant for an item, derived by ``rules.timers``."""

    pk = models.CompositePrimaryKey("item_id", "kind", "due_at")
    item_id = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    due_at = models.DateTimeField()
    detail = models.CharField(max_length=200)

    class Meta:
        """Projection."""

        db_table = "timer"
        indexes: ClassVar = [models.Index(fields=["due_at"], name="timer_due")]
