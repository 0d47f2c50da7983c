"""Inspections, their findings and the steps of walk-throughs: projections of their entries."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from bihuan.models.fields import RowNumber


class Inspection(models.Model):
    """An inspection with its plan; see ``events_inspection``. Its ``id`` is the seq of the proposal.

    ``proposed_by`` is who made the plan as it stands, and so may not approve it; ``findings`` and ``steps`` are how many there are;
    ``register_id`` is where findings go unless told otherwise (0: none).
    """

    id = RowNumber(primary_key=True)
    name = models.CharField(max_length=200)
    mode = models.CharField(max_length=10)
    office_id = models.BigIntegerField()
    contents = models.JSONField()
    objects_text = models.TextField()
    scope = models.TextField()
    units = models.JSONField()
    starts = models.DateField()
    ends = models.DateField()
    leader_id = models.BigIntegerField()
    members = models.JSONField()
    sample_id = models.BigIntegerField()
    register_id = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10)
    proposed_by = models.BigIntegerField()
    proposed_at = models.DateTimeField()
    approved_by = models.BigIntegerField()
    approved_at = models.DateTimeField(null=True)
    despite = models.TextField()
    findings = models.IntegerField()
    steps = models.IntegerField()
    conclusion = models.TextField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """Projection."""

        db_table = "inspection"


class Finding(models.Model):
    """What an inspection found. Its ``id`` is the seq of its entry; ``registered``: it became the item, else it is tied to it."""

    id = RowNumber(primary_key=True)
    inspection_id = models.BigIntegerField()
    item_id = models.BigIntegerField()
    registered = models.BooleanField()
    unit_id = models.BigIntegerField()
    content = models.TextField()
    category = models.CharField(max_length=200)
    text = models.TextField()
    person_id = models.BigIntegerField()
    happened_at = models.DateTimeField()
    entered_at = models.DateTimeField()

    class Meta:
        """Found by inspection and by item."""

        db_table = "finding"
        indexes: ClassVar = [
            models.Index(fields=["inspection_id", "id"], name="finding_inspection"),
            models.Index(fields=["item_id", "id"], name="finding_item"),
        ]


class WalkStep(models.Model):
    """One step of a walk-through. Its ``id`` is the seq of its entry."""

    id = RowNumber(primary_key=True)
    inspection_id = models.BigIntegerField(db_index=True)
    unit_id = models.BigIntegerField()
    service = models.CharField(max_length=200)
    what = models.TextField()
    minutes = models.IntegerField()
    obstacle = models.TextField()
    person_id = models.BigIntegerField()
    happened_at = models.DateTimeField()
    entered_at = models.DateTimeField()

    class Meta:
        """Projection."""

        db_table = "walk_step"
