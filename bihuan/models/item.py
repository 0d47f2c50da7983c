"""Items and what hangs on them: projections of their entries."""

from __future__ import annotations

from django.db import models

from bihuan.models.fields import RowNumber


class Item(models.Model):
    """One line of a register. Its ``id`` is the seq of its registration; ``version`` counts its entries.

    ``due`` is a date in China; ``due_at`` the instant from which it is overdue, ``due_order`` the same for sorting
    (without one: the end of time). ``office_id`` is the supervising unit, ``owner_id`` the responsible one (0: not yet
    given); ``round`` counts applications for closure, ``level`` the review level that is due; ``looked_back`` counts
    look-backs since the last closure. ``handled_by`` are the people who ever handled it and so may not review it;
    ``waiting`` names what fell due and was not done yet (``rules.timers.WAITING_NAMES``, with a space between two);
    ``affirmed`` the conditions vouched for at the last application; ``begun`` says that it was already at work when it was
    registered; ``slips`` are the ids of its slips. ``look_back_due`` is the day by which a closed item that ``look_back_sample``
    (0: none) drew is to be looked at. ``requests`` are the ids of those that wait, ``decide_by`` by when the first of them is to be decided.
    ``pauses`` are the suspensions since it was given to its unit, as pairs of instants; ``until`` when a suspended one
    is expected to go on. ``below`` are the offices from which it was escalated, the lowest first, each with the ``lead`` of then;
    ``escalated_at`` is the last escalation, ``responded_at`` the higher unit's response to it;
    ``faulted_at`` when feedback was sent back that was not given anew.
    """

    id = RowNumber(primary_key=True)
    register_id = models.BigIntegerField()
    campaign_id = models.BigIntegerField()
    procedure_id = models.BigIntegerField()
    no = models.IntegerField()
    number = models.CharField(max_length=300)
    title = models.TextField()
    klass = models.CharField(max_length=200)
    source = models.TextField()
    channel = models.CharField(max_length=40)
    target = models.TextField()
    lead = models.TextField()
    office_id = models.BigIntegerField()
    owner_id = models.BigIntegerField()
    helpers = models.JSONField()
    handler = models.TextField()
    due = models.DateField(null=True)
    due_text = models.TextField()
    provisional = models.BooleanField()
    ongoing = models.BooleanField()
    cycle = models.CharField(max_length=10)
    state = models.CharField(max_length=12)
    level = models.IntegerField()
    round = models.IntegerField()
    colour = models.CharField(max_length=10)
    rule = models.CharField(max_length=40)
    overdue = models.BooleanField()
    waiting = models.CharField(max_length=60)
    percent = models.IntegerField()
    progress = models.TextField()
    difficulty = models.TextField()
    claimed = models.CharField(max_length=40)
    quantity = models.JSONField(null=True)
    amount = models.BigIntegerField()
    extra = models.JSONField()
    measures = models.IntegerField()
    measures_done = models.IntegerField()
    evidence = models.IntegerField()
    returns = models.IntegerField()
    reopens = models.IntegerField()
    look_backs = models.IntegerField()
    looked_back = models.IntegerField()
    relapses = models.IntegerField()
    extensions = models.IntegerField()
    merged_into = models.BigIntegerField()
    handled_by = models.JSONField()
    affirmed = models.JSONField()
    begun = models.BooleanField()
    slips = models.JSONField()
    look_back_due = models.DateField(null=True)
    look_back_sample = models.BigIntegerField(default=0)
    requests = models.JSONField(default=list)
    transfers = models.IntegerField(default=0)
    suspensions = models.IntegerField(default=0)
    escalations = models.IntegerField(default=0)
    pauses = models.JSONField(default=list)
    until = models.DateField(null=True)
    below = models.JSONField(default=list)
    escalated_at = models.DateTimeField(null=True)
    responded_at = models.DateTimeField(null=True)
    decide_by = models.DateTimeField(null=True)
    registered_at = models.DateTimeField()
    assigned_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    planned_at = models.DateTimeField(null=True)
    progressed_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    suspended_at = models.DateTimeField(null=True)
    resumed_at = models.DateTimeField(null=True)
    faulted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    due_order = models.DateTimeField()
    version = models.IntegerField()

    class Meta:
        """Each list starts from one of these indexes; ``id`` breaks ties for keyset paging.

        None holds what every step changes (``changed_at``, ``version``): see docs/decisions/0071.
        """

        db_table = "item"
        constraints = (models.UniqueConstraint(fields=["number"], name="item_number"),)
        indexes = (
            models.Index(fields=["register_id", "state", "due_order", "id"], name="item_state"),
            models.Index(fields=["register_id", "colour", "due_order", "id"], name="item_colour"),
            models.Index(fields=["register_id", "owner_id", "due_order", "id"], name="item_owner"),
            models.Index(fields=["register_id", "due_order", "id"], name="item_due"),
            models.Index(
                fields=["owner_id", "state", "due_order", "id", "register_id", "klass"], name="item_unit"
            ),
            models.Index(
                fields=["register_id", "due_order", "id", "waiting"],
                name="item_waiting",
                condition=models.Q(waiting__gt=""),
            ),
            models.Index(
                fields=["office_id", "state", "due_order", "id", "procedure_id", "level"], name="item_office"
            ),
            models.Index(fields=["owner_id", "assigned_at"], name="item_assigned"),
            models.Index(
                fields=["register_id", "klass", "owner_id", "registered_at", "state", "relapses", "id"],
                name="item_klass",
            ),
            models.Index(
                fields=["owner_id", "closed_at"], name="item_closed", condition=models.Q(state="closed")
            ),
            models.Index(
                fields=["owner_id", "klass", "id"], name="item_relapsed", condition=models.Q(relapses__gt=0)
            ),
            models.Index(
                fields=["look_back_due", "id", "register_id", "waiting"],
                name="item_look_back",
                condition=models.Q(waiting__gt=""),
            ),
            models.Index(
                fields=["office_id", "state", "due_order", "id"],
                name="item_office_waits",
                condition=models.Q(waiting__gt=""),
            ),
            models.Index(
                fields=["owner_id", "state", "due_order", "id"],
                name="item_unit_waits",
                condition=models.Q(waiting__gt=""),
            ),
            models.Index(
                fields=["office_id", "state", "id"],
                name="item_escalated",
                condition=models.Q(escalated_at__isnull=False),
            ),
        )


class Helper(models.Model):
    """A helping unit of an item, for finding the items of a unit."""

    pk = models.CompositePrimaryKey("item_id", "unit_id")
    item_id = models.BigIntegerField()
    unit_id = models.BigIntegerField()

    class Meta:
        """Projection."""

        db_table = "helper"
        indexes = (models.Index(fields=["unit_id", "item_id"], name="helper_unit"),)


class Measure(models.Model):
    """One concrete step of an item. ``state``: open, done or waived."""

    pk = models.CompositePrimaryKey("item_id", "no")
    item_id = models.BigIntegerField()
    no = models.IntegerField()
    text = models.TextField()
    target = models.TextField()
    owner = models.TextField()
    due = models.DateField(null=True)
    due_text = models.TextField()
    state = models.CharField(max_length=10)
    progress = models.TextField()
    reason = models.TextField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """Projection."""

        db_table = "measure"
        indexes = (models.Index(fields=["state", "due", "item_id", "no"], name="measure_due"),)


class Review(models.Model):
    """One level of review in one round; a new round begins with each application for closure.

    ``reviewer_id`` entered the verdict, ``answerable_id`` answers for it: the same person, or who chaired the meeting ``meeting_id``
    (0: no meeting decided it).
    """

    id = RowNumber(primary_key=True)
    item_id = models.BigIntegerField(db_index=True)
    round = models.IntegerField()
    level = models.IntegerField()
    name = models.CharField(max_length=60)
    reviewer_id = models.BigIntegerField()
    answerable_id = models.BigIntegerField(default=0)
    meeting_id = models.BigIntegerField(default=0)
    passed = models.BooleanField()
    opinion = models.TextField()
    at = models.DateTimeField()

    class Meta:
        """Projection."""

        db_table = "review"


class Evidence(models.Model):
    """A file that proves something; the content is stored once under its ``digest``.

    ``life`` counts how often the item had been reopened: what proved an earlier closure does not prove the next.
    """

    id = RowNumber(primary_key=True)
    item_id = models.BigIntegerField(db_index=True)
    measure = models.IntegerField()
    life = models.IntegerField()
    digest = models.CharField(max_length=64, db_index=True)
    name = models.CharField(max_length=300)
    size = models.BigIntegerField()
    media = models.CharField(max_length=100)
    kind = models.CharField(max_length=60)
    note = models.TextField()
    actor_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        """Projection."""

        db_table = "evidence"


class Origin(models.Model):
    """Where an item stands in the workbook it came from, and the values last read there.

    A corrected file is compared with ``values``, so that only what was corrected since is amended.
    """

    item_id = RowNumber(primary_key=True)
    register_id = models.BigIntegerField()
    import_id = models.BigIntegerField()
    sheet = models.CharField(max_length=120)
    row = models.IntegerField()
    values = models.JSONField()

    class Meta:
        """Projection."""

        db_table = "origin"
        indexes = (models.Index(fields=["register_id", "item_id"], name="origin_register"),)
