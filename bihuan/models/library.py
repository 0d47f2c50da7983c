"""The library: documents and where they came from. None of it is a fact of the ledger, so no entry creates it.

Texts never change: what people correct is beside them.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import receiver

from bihuan.models.fields import RowNumber


class Document(models.Model):
    """One text. ``digest`` is the SHA-256 of its text without blanks, so the same text is one document.

    ``sure`` says for each recognised field how sure it is (1 when a person corrected it); ``outline`` lists headings as
    ``[start, level, text]``; ``headings`` holds their words, a line each, for searching in them.
    """

    digest = models.CharField(max_length=64, unique=True)
    title = models.TextField()
    kind = models.CharField(max_length=20)
    body = models.CharField(max_length=200)
    number = models.CharField(max_length=100)
    date = models.DateField(null=True)
    level = models.CharField(max_length=10)
    campaign_id = models.BigIntegerField(default=0)
    sure = models.JSONField()
    added = models.DateTimeField()
    length = models.IntegerField()
    headings = models.TextField()
    outline = models.JSONField()
    text = models.TextField()

    class Meta:
        """Found through its pairs (migration 0006)."""

        db_table = "library_document"
        indexes = (
            models.Index(fields=["kind"], name="library_document_kind"),
            models.Index(fields=["date"], name="library_document_date"),
        )


class DocumentSource(models.Model):
    """A place from which a document came: the file (SHA-256 of its bytes, its name) and the stretch of its text.

    ``removed`` lists what was taken out there as ``[start, end, text, why]``.
    """

    document_id = models.BigIntegerField(db_index=True)
    original = models.CharField(max_length=64, db_index=True)
    path = models.TextField()
    start = models.IntegerField()
    end = models.IntegerField()
    removed = models.JSONField()
    added = models.DateTimeField()

    class Meta:
        """The same file twice brings nothing new."""

        db_table = "library_source"
        constraints = (
            models.UniqueConstraint(
                fields=["document_id", "original", "path", "start"], name="library_source_once"
            ),
        )


class DocumentMarks(models.Model):
    """The marks by which borrowed passages are found: unsigned 64-bit numbers, one after another."""

    document_id = RowNumber(primary_key=True)
    marks = models.BinaryField()

    class Meta:
        """Beside the document, so that listing documents does not read them."""

        db_table = "library_marks"


class DocumentCorrection(models.Model):
    """What a person put right in what was recognised; the newest of a field counts."""

    document_id = models.BigIntegerField(db_index=True)
    field = models.CharField(max_length=20)
    was = models.TextField()
    value = models.TextField()
    person_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        """Kept for good."""

        db_table = "library_correction"


class Intake(models.Model):
    """One file that was to be taken in: done, or failed and why. A batch goes on from here after an interruption."""

    path = models.TextField()
    original = models.CharField(max_length=64, db_index=True)
    size = models.BigIntegerField()
    modified = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10)
    documents = models.IntegerField(default=0)
    code = models.CharField(max_length=40)
    message = models.TextField()
    hint = models.TextField()
    at = models.DateTimeField()

    class Meta:
        """One row a path."""

        db_table = "library_intake"
        constraints = (models.UniqueConstraint(fields=["path"], name="library_intake_path"),)


class KeptSearch(models.Model):
    """A search that somebody made: a recent one, or under a ``name`` a saved one. ``options`` are its filters."""

    person_id = models.BigIntegerField(db_index=True)
    name = models.CharField(max_length=100)
    query = models.TextField()
    options = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        """Session data of a kind."""

        db_table = "library_search"


def _pairs(text: str | None) -> str:
    from bihuan.rules.pairs import pairs  # a tenth of a second to load, which most commands need not wait for

    return pairs(text)


def _characters(text: str | None) -> str:
    from bihuan.rules.pairs import characters

    return characters(text)


@receiver(connection_created)
def give_pairs(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Give each SQLite connection the functions that the index's triggers call."""
    if connection.vendor == "sqlite":
        for name, function in (("bihuan_pairs", _pairs), ("bihuan_characters", _characters)):
            connection.connection.create_function(name, 1, function, deterministic=True)
