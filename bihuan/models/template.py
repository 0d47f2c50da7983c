"""The office's own Word templates: settings beside the ledger, no facts of it."""

from __future__ import annotations

from django.db import models


class WordTemplate(models.Model):
    """A template of a ``kind`` of paper ("stage" or a draft's); its file lies with the evidence under its ``digest``.

    ``retired_at``: it is not offered any more; papers that were written from it stay as they are.
    """

    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    size = models.BigIntegerField()
    person_id = models.BigIntegerField()
    added_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        """Configuration, not a projection."""

        db_table = "word_template"


class TemplateChoice(models.Model):
    """Which template a kind of paper is written from: in one campaign, or (0) wherever the campaign has no choice of its own.

    ``template_id`` 0 is the built-in one.
    """

    kind = models.CharField(max_length=20)
    campaign_id = models.BigIntegerField()
    template_id = models.BigIntegerField()

    class Meta:
        """Configuration, not a projection."""

        db_table = "template_choice"
        constraints = (models.UniqueConstraint(fields=["kind", "campaign_id"], name="template_choice_place"),)
