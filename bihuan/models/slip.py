"""Slips and their receipts: projections of their entries."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from bihuan.models.fields import RowNumber


class Slip(models.Model):
    """A numbered paper to a unit about one item. Its ``id`` is the seq of its proposal, else of its issue.

    ``kind`` is a key of ``procedure_slips.KINDS``, ``rung`` its name in the procedure, ``cause`` what it was issued on ("" by
    hand). ``number`` is empty and ``no`` 0 until it is issued. ``to``, ``copy`` and ``approver`` are roles. ``called_at`` is
    when it was called for, ``issued_at`` when it really went out; ``answer_due`` the instant by which an answer
    is due. ``answered_at`` is the first answer, ``in_time`` whether it came by the limit of then.
    """

    id = RowNumber(primary_key=True)
    item_id = models.BigIntegerField()
    register_id = models.BigIntegerField()
    office_id = models.BigIntegerField()
    unit_id = models.BigIntegerField()
    kind = models.CharField(max_length=10)
    rung = models.CharField(max_length=60)
    cause = models.CharField(max_length=20)
    no = models.IntegerField()
    number = models.CharField(max_length=300, db_index=True)
    series = models.CharField(max_length=300)
    to = models.JSONField()
    copy = models.JSONField()
    approver = models.CharField(max_length=20)
    text = models.TextField()
    despite = models.TextField()
    state = models.CharField(max_length=12)
    late = models.BooleanField()
    called_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True)
    answer_due = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    in_time = models.BooleanField()
    changed_at = models.DateTimeField()

    class Meta:
        """Found by item, by unit and period, and by register and state."""

        db_table = "slip"
        indexes: ClassVar = [
            models.Index(fields=["item_id", "id"], name="slip_item"),
            models.Index(fields=["unit_id", "issued_at"], name="slip_unit"),
            models.Index(fields=["register_id", "state", "id"], name="slip_register"),
            models.Index(fields=["unit_id", "state", "id"], name="slip_unit_state"),
            models.Index(fields=["office_id", "state", "id"], name="slip_office_state"),
            models.Index(fields=["unit_id", "kind", "issued_at", "state", "answer_due"], name="slip_asked"),
        ]


class Receipt(models.Model):
    """One step with a slip: who took it and when. Its ``id`` is the seq of the entry, whose hash proves it."""

    id = RowNumber(primary_key=True)
    slip_id = models.BigIntegerField(db_index=True)
    step = models.CharField(max_length=20)
    person_id = models.BigIntegerField()
    unit_id = models.BigIntegerField()
    at = models.DateTimeField()
    text = models.TextField()

    class Meta:
        """Projection."""

        db_table = "receipt"


class Happening(models.Model):
    """What an entry adds to (or takes from) the count of ``what`` of a ``kind``, for a register, unit, class and channel.

    Sums up to a moment are its figures (``rules.figures.Deed``); ``amount`` is 1, or −1 where it is taken back.
    """

    pk = models.CompositePrimaryKey("seq", "what")
    seq = models.BigIntegerField()
    what = models.CharField(max_length=30)
    kind = models.CharField(max_length=60)
    at = models.DateTimeField()
    item_id = models.BigIntegerField()
    register_id = models.BigIntegerField()
    unit_id = models.BigIntegerField()
    klass = models.CharField(max_length=200)
    channel = models.CharField(max_length=40)
    amount = models.SmallIntegerField()

    class Meta:
        """Projection."""

        db_table = "happening"
        indexes: ClassVar = [
            models.Index(fields=["register_id", "what", "kind", "at", "amount"], name="happening_at")
        ]
