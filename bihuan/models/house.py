"""Units, people, procedures, calendars, campaigns and registers: projections of their entries.

A row's ``id`` is the ``seq`` of the entry that created it, so that a rebuild gives the same rows.
"""

from __future__ import annotations

from django.db import models

from bihuan.models.fields import RowNumber


class Unit(models.Model):
    """An organisation. ``path`` lists the ids from its root down to itself: ``/3/17/``."""

    id = RowNumber(primary_key=True)
    name = models.CharField(max_length=200, unique=True)
    parent_id = models.BigIntegerField(default=0)
    path = models.CharField(max_length=400, db_index=True)
    sort = models.IntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        """Projection."""

        db_table = "unit"


class UnitAlias(models.Model):
    """Another name under which a unit is written."""

    alias = models.CharField(max_length=200, primary_key=True)
    unit_id = models.BigIntegerField(db_index=True)

    class Meta:
        """Projection."""

        db_table = "unit_alias"


class Person(models.Model):
    """Somebody who works with the ledger."""

    id = RowNumber(primary_key=True)
    name = models.CharField(max_length=60)
    unit_id = models.BigIntegerField()
    post = models.CharField(max_length=100, default="")
    active = models.BooleanField(default=True)

    class Meta:
        """Projection."""

        db_table = "person"


class Grant(models.Model):
    """A role that a person holds for a unit and all below it. ``id`` is the seq of the grant."""

    id = RowNumber(primary_key=True)
    person_id = models.BigIntegerField(db_index=True)
    role = models.CharField(max_length=20)
    unit_id = models.BigIntegerField()

    class Meta:
        """Projection."""

        db_table = "role_grant"


class Procedure(models.Model):
    """A published version of a procedure; ``text`` is its TOML."""

    id = RowNumber(primary_key=True)
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    version = models.IntegerField()
    text = models.TextField()

    class Meta:
        """Projection."""

        db_table = "procedure"
        constraints = (models.UniqueConstraint(fields=["code", "version"], name="procedure_version"),)


class CalendarYear(models.Model):
    """The published days off and make-up days of a year; ``version`` counts all publications."""

    year = models.IntegerField(primary_key=True)
    version = models.IntegerField()
    days = models.JSONField()

    class Meta:
        """Projection."""

        db_table = "calendar_year"


class Campaign(models.Model):
    """A named effort, run by the supervising unit."""

    id = RowNumber(primary_key=True)
    name = models.CharField(max_length=200, unique=True)
    unit_id = models.BigIntegerField()
    starts = models.CharField(max_length=10, default="")
    ends = models.CharField(max_length=10, default="")
    purpose = models.TextField(default="")

    class Meta:
        """Projection."""

        db_table = "campaign"


class Register(models.Model):
    """A list of items that follow one procedure."""

    id = RowNumber(primary_key=True)
    campaign_id = models.BigIntegerField(db_index=True)
    name = models.CharField(max_length=200)
    procedure_id = models.BigIntegerField()
    unit_id = models.BigIntegerField()

    class Meta:
        """Projection."""

        db_table = "register"
        constraints = (models.UniqueConstraint(fields=["campaign_id", "name"], name="register_name"),)


class Import(models.Model):
    """A committed import and what it changed."""

    id = RowNumber(primary_key=True)
    register_id = models.BigIntegerField(db_index=True)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField()
    file = models.CharField(max_length=300)
    digest = models.CharField(max_length=64, db_index=True)
    rows = models.IntegerField()
    registered = models.IntegerField()
    amended = models.IntegerField()
    unchanged = models.IntegerField()
    missing = models.JSONField(default=list)
    sheets = models.JSONField(default=list)

    class Meta:
        """Projection."""

        db_table = "import"


class HeaderMapping(models.Model):
    """A clerk's correction of how a header is read."""

    fingerprint = models.CharField(max_length=64, primary_key=True)
    columns = models.JSONField()

    class Meta:
        """Projection."""

        db_table = "header_mapping"


class Counter(models.Model):
    """The last number given in a series, such as ``问改〔2026〕{no}号``."""

    name = models.CharField(max_length=300, primary_key=True)
    value = models.BigIntegerField()

    class Meta:
        """Projection."""

        db_table = "counter"
