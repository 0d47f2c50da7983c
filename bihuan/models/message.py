"""What people are told, and how it reached them: an outbox beside the ledger, made in the transaction of the entry.

Nothing here is a fact or a projection: ``rebuild`` leaves it alone, so that nobody is told twice (decision 10).
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Message(models.Model):
    """One person is told of one entry (``seq``): ``number``, ``title`` and ``what`` make the sentence.

    ``unit_id`` is the unit for which they are told; ``about`` is item, slip, inspection, meeting or institution and ``about_id`` which; ``item_id``
    is 0 where no item is concerned. ``at`` is when it came about, ``told_at`` when it was entered.
    """

    pk = models.CompositePrimaryKey("seq", "person_id")
    seq = models.BigIntegerField()
    person_id = models.BigIntegerField()
    unit_id = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    about = models.CharField(max_length=12)
    about_id = models.BigIntegerField()
    item_id = models.BigIntegerField()
    number = models.CharField(max_length=300)
    title = models.TextField()
    what = models.TextField()
    urgent = models.BooleanField()
    at = models.DateTimeField()
    told_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        """Listed for a person, newest first; counted where unread."""

        db_table = "message"
        indexes: ClassVar = [
            models.Index(fields=["person_id", "-seq"], name="message_person"),
            models.Index(
                fields=["person_id", "seq"],
                name="message_unread",
                condition=models.Q(read_at__isnull=True),
            ),
        ]


class Outlet(models.Model):
    """Where the digests of a person or of a unit go: an e-mail address or a robot. ``secret`` is encrypted.

    ``titles``: the digest tells the titles of the items, else their numbers alone.
    """

    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=60)
    person_id = models.BigIntegerField()
    unit_id = models.BigIntegerField()
    secret = models.TextField()
    titles = models.BooleanField()
    active = models.BooleanField(default=True)
    made_at = models.DateTimeField()

    class Meta:
        """Configuration, not a projection."""

        db_table = "outlet"


class Delivery(models.Model):
    """One message on its way through one outlet, and how that ended.

    ``state``: waiting, sending, sent, read (the person had read it before it went out) or given-up. It is tried at
    ``next_at``; ``reason`` is why the last of the ``attempts`` failed. While it is being sent, ``lease`` names the sender and
    ``lease_until`` is when that one is taken to be dead; ``doubtful``: it may have gone out although nobody can tell.
    """

    pk = models.CompositePrimaryKey("seq", "outlet_id")
    seq = models.BigIntegerField()
    outlet_id = models.BigIntegerField()
    state = models.CharField(max_length=10)
    urgent = models.BooleanField()
    attempts = models.IntegerField()
    next_at = models.DateTimeField()
    doubtful = models.BooleanField()
    reason = models.TextField()
    lease = models.CharField(max_length=32)
    lease_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """Found by what is due and by what a dead sender left."""

        db_table = "delivery"
        indexes: ClassVar = [
            models.Index(
                fields=["next_at"], name="delivery_due", condition=models.Q(state__in=["waiting", "sending"])
            ),
            models.Index(fields=["outlet_id", "state"], name="delivery_outlet"),
        ]


class Feed(models.Model):
    """A calendar of deadlines for a person (``unit_id`` 0) or a unit, under an address that only its holder knows.

    Of the address only its SHA-256 is kept, so that nobody can read it here.
    """

    digest = models.CharField(max_length=64, unique=True)
    person_id = models.BigIntegerField(db_index=True)
    unit_id = models.BigIntegerField()
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        """Configuration, not a projection."""

        db_table = "feed"
