"""The index of the signs of false closure: a cache made from entries and evidence, no fact; it may be emptied at any time."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from bihuan.models.fields import RowNumber


class SignPosition(models.Model):
    """How far the index reaches: every entry up to ``seq`` is in it. One row."""

    id = models.IntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField()

    class Meta:
        """One row, locked by whoever extends the index."""

        db_table = "sign_position"


class SignText(models.Model):
    """A report of progress or an application for closure that is long enough to compare; its ``seq`` is that of the entry.

    ``digest`` is a hash of its letters and digits: equal ones are the same text.
    """

    seq = RowNumber(primary_key=True)
    item_id = models.BigIntegerField()
    digest = models.BigIntegerField()
    text = models.TextField()

    class Meta:
        """Found by content."""

        db_table = "sign_text"
        indexes: ClassVar = [models.Index(fields=["digest", "seq"], name="sign_text_same")]


class SignMark(models.Model):
    """A winnowed mark (``rules.likeness``) of a text."""

    pk = models.CompositePrimaryKey("mark", "seq")
    mark = models.BigIntegerField()
    seq = models.BigIntegerField()

    class Meta:
        """The key is the index."""

        db_table = "sign_mark"


class SignPhoto(models.Model):
    """The perceptual hashes of a stored photograph (``rules.pictures``), in hex; none where it cannot be read or is blank."""

    digest = models.CharField(max_length=64, primary_key=True)
    hashes = models.JSONField()

    class Meta:
        """One row for each content."""

        db_table = "sign_photo"


class SignBand(models.Model):
    """A key under which a photograph is found."""

    pk = models.CompositePrimaryKey("band", "digest")
    band = models.IntegerField()
    digest = models.CharField(max_length=64)

    class Meta:
        """The key is the index."""

        db_table = "sign_band"
