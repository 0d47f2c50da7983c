"""What follows closures and inspections: institutions, case reviews, signs set aside, objections: projections of their entries."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from bihuan.models.fields import RowNumber


class Dismissal(models.Model):
    """A sign of false closure that somebody looked into and explained. Its ``id`` is the seq of the entry."""

    id = RowNumber(primary_key=True)
    item_id = models.BigIntegerField(db_index=True)
    sign = models.CharField(max_length=20)
    key = models.CharField(max_length=200)
    reason = models.TextField()
    person_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        """Projection."""

        db_table = "dismissal"


class Institution(models.Model):
    """A rule made because of items; see ``events_closing``. Its ``id`` is the seq of the draft.

    ``unit_id`` issues it, ``office_id`` supervises its first item, which also gives it its register and class. ``number`` is empty
    and ``no`` 0 until it is issued; ``review_waits``: its review date has come.
    """

    id = RowNumber(primary_key=True)
    title = models.CharField(max_length=300)
    unit_id = models.BigIntegerField()
    office_id = models.BigIntegerField()
    register_id = models.BigIntegerField()
    klass = models.CharField(max_length=200)
    basis = models.TextField()
    state = models.CharField(max_length=10)
    no = models.IntegerField()
    number = models.CharField(max_length=60)
    drafted_at = models.DateTimeField()
    issued_on = models.DateField(null=True)
    revised_on = models.DateField(null=True)
    repealed_on = models.DateField(null=True)
    review_on = models.DateField(null=True)
    review_waits = models.BooleanField()
    revisions = models.IntegerField()
    reason = models.TextField()
    digest = models.CharField(max_length=64)
    file = models.CharField(max_length=300)

    class Meta:
        """Projection."""

        db_table = "institution"


class Cause(models.Model):
    """An item because of which an institution was made or revised; ``seq`` is that of the entry in the item's timeline."""

    pk = models.CompositePrimaryKey("institution_id", "item_id")
    institution_id = models.BigIntegerField()
    item_id = models.BigIntegerField()
    seq = models.BigIntegerField()

    class Meta:
        """Found from either side."""

        db_table = "cause"
        indexes: ClassVar = [models.Index(fields=["item_id", "institution_id"], name="cause_item")]


class CaseReview(models.Model):
    """What is to be learnt from some items. Its ``id`` is the seq of the entry; ``turns`` are as in the event."""

    id = RowNumber(primary_key=True)
    title = models.CharField(max_length=300)
    office_id = models.BigIntegerField()
    items = models.JSONField()
    cause = models.TextField()
    turns = models.JSONField()
    lesson = models.TextField()
    person_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        """Projection."""

        db_table = "case_review"


class CaseItem(models.Model):
    """An item of a case review, for finding the reviews of an item."""

    pk = models.CompositePrimaryKey("case_id", "item_id")
    case_id = models.BigIntegerField()
    item_id = models.BigIntegerField()

    class Meta:
        """Found from either side."""

        db_table = "case_item"
        indexes: ClassVar = [models.Index(fields=["item_id", "case_id"], name="case_item_item")]


class Conclusion(models.Model):
    """What an inspected unit was told. Its ``id`` is the seq of the entry; ``object_by`` the last day of an objection."""

    id = RowNumber(primary_key=True)
    inspection_id = models.BigIntegerField(db_index=True)
    unit_id = models.BigIntegerField()
    text = models.TextField()
    at = models.DateTimeField()
    object_by = models.DateField()

    class Meta:
        """Projection."""

        db_table = "conclusion"


class Objection(models.Model):
    """A unit's objection to what it was told. Its ``id`` is the seq of the entry.

    ``outcome`` is a key of ``rules.objection.OUTCOMES``, "" until it is decided; ``overdue``: ``decide_by`` passed before that.
    """

    id = RowNumber(primary_key=True)
    inspection_id = models.BigIntegerField(db_index=True)
    conclusion_id = models.BigIntegerField(db_index=True)
    unit_id = models.BigIntegerField()
    reason = models.TextField()
    person_id = models.BigIntegerField()
    at = models.DateTimeField()
    decide_by = models.DateField()
    overdue = models.BooleanField()
    outcome = models.CharField(max_length=10)
    text = models.TextField()
    decided_by = models.BigIntegerField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        """Projection."""

        db_table = "objection"


class Deadline(models.Model):
    """Something that falls due at a known instant and concerns no item: a key of ``rules.objection.DEADLINES`` and an id."""

    pk = models.CompositePrimaryKey("what", "ref")
    what = models.CharField(max_length=30)
    ref = models.BigIntegerField()
    due_at = models.DateTimeField()

    class Meta:
        """Projection."""

        db_table = "deadline"
        indexes: ClassVar = [models.Index(fields=["due_at"], name="deadline_due")]
