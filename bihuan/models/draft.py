"""Drafts of papers, and what people keep beside the library. No facts of the ledger: a paper becomes one by being filed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Draft(models.Model):
    """A paper that is being written: ``body`` has a paragraph a line, with figures as 【名称】 and sources as 〔素材 …〕.

    ``head`` holds what stands around it (office, recipient, number, signed). ``as_of`` is None until the figures are fixed: when it is
    ``final``; ``digest`` is then the file as it was made and ``values`` the figures in it: ref → label, value, unit, definition.
    ``version`` counts its changes.
    """

    kind = models.CharField(max_length=20)
    title = models.CharField(max_length=300)
    head = models.JSONField()
    body = models.TextField()
    campaign_id = models.BigIntegerField(default=0)
    meeting_id = models.BigIntegerField(default=0)
    since = models.DateField(null=True)
    as_of = models.DateTimeField(null=True)
    final = models.BooleanField(default=False)
    digest = models.CharField(max_length=64)
    values = models.JSONField(default=dict)
    person_id = models.BigIntegerField(db_index=True)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    changed_by = models.BigIntegerField()
    version = models.IntegerField(default=1)

    class Meta:
        """Found by campaign, and by who wrote it."""

        db_table = "draft"
        indexes: ClassVar = [models.Index(fields=["campaign_id", "id"], name="draft_campaign")]


class LibraryUpload(models.Model):
    """One file of a batch that somebody brought to the library; a batch goes on from here after an interruption.

    ``done`` counts the files in it (several in a zip) that were looked at; ``documents`` lists ``[id, title, new]``, ``failed``
    ``[name, message, hint]``; ``finished``: all of it was looked at.
    """

    batch = models.CharField(max_length=32, db_index=True)
    person_id = models.BigIntegerField()
    name = models.TextField()
    digest = models.CharField(max_length=64)
    campaign_id = models.BigIntegerField(default=0)
    done = models.IntegerField(default=0)
    documents = models.JSONField()
    failed = models.JSONField()
    finished = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        """A list of what happened."""

        db_table = "library_upload"


class BasketEntry(models.Model):
    """A document that somebody put into their basket."""

    person_id = models.BigIntegerField()
    document_id = models.BigIntegerField()

    class Meta:
        """Each document once."""

        db_table = "library_basket"
        constraints = (
            models.UniqueConstraint(fields=["person_id", "document_id"], name="library_basket_once"),
        )
