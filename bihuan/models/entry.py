"""The facts: an append-only chain of entries, its head, and the seals made of it."""

from __future__ import annotations

from django.db import models

from bihuan.models.fields import RowNumber


class Entry(models.Model):
    """One immutable fact. ``body`` is the canonical JSON that is hashed; the other columns are for finding it."""

    seq = RowNumber(primary_key=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    item_id = models.BigIntegerField(null=True)
    actor_id = models.BigIntegerField()
    body = models.TextField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        """Triggers (migration 0002) refuse UPDATE and DELETE.

        Every index costs each entry a page. Entries of an item are found by the item, those of the house by their kind.
        """

        db_table = "entry"
        indexes = (
            models.Index(fields=["item_id", "seq"], name="entry_item"),
            models.Index(fields=["at"], name="entry_at"),
            models.Index(
                fields=["kind", "seq"], name="entry_house", condition=models.Q(item_id__isnull=True)
            ),
        )


class Head(models.Model):
    """The end of the chain: one row, locked by whoever appends."""

    id = models.IntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)
    hash_name = models.CharField(max_length=8)

    class Meta:
        """One row."""

        db_table = "head"


class Seal(models.Model):
    """A signed Merkle root over the first ``count`` entries; ``text`` is the line also written outside the database."""

    count = RowNumber(primary_key=True)
    at = models.DateTimeField()
    root = models.CharField(max_length=64)
    text = models.TextField()

    class Meta:
        """Not a projection: a seal is a statement about the entries."""

        db_table = "seal"
