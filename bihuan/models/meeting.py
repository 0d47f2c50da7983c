"""Meetings, their agendas and what they decided; requests and what became of them: projections of their entries."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from bihuan.models.fields import RowNumber


class Meeting(models.Model):
    """A meeting; see ``events_meeting``. Its ``id`` is the seq of the call.

    ``items`` is how many places the agenda has, ``decisions`` how many were made; ``attendance`` is as in the entry; ``presider_id`` is
    who chaired it in fact, 0 before it was held; ``text`` what was said on the whole, or why it was cancelled.
    """

    id = RowNumber(primary_key=True)
    office_id = models.BigIntegerField()
    no = models.IntegerField()
    number = models.CharField(max_length=300)
    title = models.CharField(max_length=300)
    starts_at = models.DateTimeField()
    place = models.CharField(max_length=200)
    chair_id = models.BigIntegerField()
    expected = models.JSONField()
    state = models.CharField(max_length=10)
    items = models.IntegerField()
    decisions = models.IntegerField()
    attendance = models.JSONField()
    observers = models.JSONField()
    presider_id = models.BigIntegerField()
    text = models.TextField()
    called_by = models.BigIntegerField()
    called_at = models.DateTimeField()
    recorded_by = models.BigIntegerField()
    confirmed_by = models.BigIntegerField()
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        """Found by office."""

        db_table = "meeting"
        indexes: ClassVar = [models.Index(fields=["office_id", "id"], name="meeting_office")]


class Agenda(models.Model):
    """One place of a meeting's agenda: the item, what is to be decided, what was said, and how many decisions were made."""

    pk = models.CompositePrimaryKey("meeting_id", "no")
    meeting_id = models.BigIntegerField()
    no = models.IntegerField()
    item_id = models.BigIntegerField(db_index=True)
    matter = models.TextField()
    text = models.TextField()
    decisions = models.IntegerField()

    class Meta:
        """Projection."""

        db_table = "agenda"


class Decision(models.Model):
    """What a meeting decided of an item. Its ``id`` is the seq of its entry; the step's own entry is the item's next."""

    id = RowNumber(primary_key=True)
    meeting_id = models.BigIntegerField(db_index=True)
    no = models.IntegerField()
    item_id = models.BigIntegerField()
    step = models.CharField(max_length=20)
    reason = models.TextField()
    recused = models.JSONField()
    presider_id = models.BigIntegerField()
    recorder_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        """Found by item."""

        db_table = "decision"
        indexes: ClassVar = [models.Index(fields=["item_id", "id"], name="decision_item")]


class Request(models.Model):
    """What somebody asked for; see ``events_request``. Its ``id`` is the seq of its entry.

    ``unit_id`` has the item at the time, ``office_id`` supervises it; ``wanted`` are the values of the step, as they were granted once it
    is decided; ``opinion`` is what whoever decided said, or why it was withdrawn.
    """

    id = RowNumber(primary_key=True)
    item_id = models.BigIntegerField()
    register_id = models.BigIntegerField()
    office_id = models.BigIntegerField()
    unit_id = models.BigIntegerField()
    kind = models.CharField(max_length=12)
    reason = models.TextField()
    wanted = models.JSONField()
    state = models.CharField(max_length=10)
    approver = models.CharField(max_length=20)
    asked_by = models.BigIntegerField()
    asked_at = models.DateTimeField()
    decide_due = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField()
    decided_at = models.DateTimeField(null=True)
    opinion = models.TextField()

    class Meta:
        """Found by item, by office and state, and by unit."""

        db_table = "request"
        indexes: ClassVar = [
            models.Index(fields=["item_id", "id"], name="request_item"),
            models.Index(fields=["office_id", "state", "id"], name="request_office"),
            models.Index(fields=["unit_id", "state", "id"], name="request_unit"),
        ]
