"""What somebody decided about the proofreader's findings. No facts of the ledger: it may be emptied at any time."""

from __future__ import annotations

from django.db import models


class ProofDismissal(models.Model):
    """A finding that somebody found to be none, with the reason.

    ``key`` tells the finding again in a later version of the text (its rule, words and surroundings, and the text's
    title); ``text_hash`` is the text in which it was dismissed.
    """

    key = models.CharField(max_length=64, unique=True)
    text_hash = models.CharField(max_length=64)
    rule = models.CharField(max_length=40)
    found = models.TextField()
    context = models.TextField()
    reason = models.TextField()
    at = models.DateTimeField()

    class Meta:
        """Beside the ledger."""

        db_table = "proof_dismissal"


class OfficeWords(models.Model):
    """A version of the office's own list of words (see the proofreader's lexicon); the newest counts, the others are kept."""

    text = models.TextField()
    person_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        """Beside the ledger."""

        db_table = "proof_words"
