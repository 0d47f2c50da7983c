"""Random samples: projections of their entries."""

from __future__ import annotations

from django.db import models

from bihuan.models.fields import RowNumber


class Sample(models.Model):
    """A committed population and what was drawn from it. Its ``id`` is the seq of the commitment.

    ``of`` is item or unit; ``strata`` and ``chosen`` are as in the entries; ``chosen`` is empty and ``drawn`` (the seq of the draw)
    0 until it is drawn.
    """

    id = RowNumber(primary_key=True)
    purpose = models.TextField()
    of = models.CharField(max_length=10)
    office_id = models.BigIntegerField()
    criteria = models.JSONField()
    strata = models.JSONField()
    digest = models.CharField(max_length=64)
    seed = models.CharField(max_length=200)
    committed_at = models.DateTimeField()
    chosen = models.JSONField()
    drawn = models.BigIntegerField()
    drawn_at = models.DateTimeField(null=True)

    class Meta:
        """Projection."""

        db_table = "sample"
