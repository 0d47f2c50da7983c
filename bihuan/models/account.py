"""Log-in accounts: credentials, kept outside the ledger so that they stay erasable."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class AccountManager(BaseUserManager["Account"]):
    """Makes accounts."""

    def create_account(self, name: str, password: str, person_id: int) -> Account:
        """Create the account ``name`` of the person with ``person_id``; the password is hashed with Argon2."""
        account = self.model(name=name, person_id=person_id)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """How a person logs in. What they may do follows from the roles in the ledger, not from here."""

    name = models.CharField("用户名", max_length=60, unique=True)
    person_id = models.BigIntegerField(unique=True)
    identity = models.CharField(
        max_length=200,
        default="",
        help_text="what the provider calls the person; empty: the name of the account",
    )
    is_active = models.BooleanField(default=True)
    must_change = models.BooleanField(
        default=False, help_text="the password must be changed at the next log-in"
    )
    failures = models.IntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    password_at = models.DateTimeField(null=True, help_text="when the password was last changed")
    second = models.CharField(
        max_length=300, default="", help_text="the encrypted secret of the second factor"
    )
    second_step = models.BigIntegerField(default=0, help_text="the last step of time whose code was used")

    objects: ClassVar[AccountManager] = AccountManager()
    USERNAME_FIELD = "name"

    class Meta:
        """Not a projection."""

        db_table = "account"
        constraints = (
            models.UniqueConstraint(
                fields=["identity"], condition=~models.Q(identity=""), name="account_identity"
            ),
        )


class SignedIn(models.Model):
    """A browser in which somebody is logged in, for its owner to see and to end; it goes with its session."""

    session_key = models.CharField(max_length=40, primary_key=True)
    account_id = models.BigIntegerField(db_index=True)
    since = models.DateTimeField()
    seen = models.DateTimeField()
    address = models.CharField(max_length=45)
    browser = models.CharField(max_length=200)

    class Meta:
        """Not a projection."""

        db_table = "signed_in"


class SavedView(models.Model):
    """A list that a person keeps under a name: the query part of its address."""

    person_id = models.BigIntegerField()
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=2000)

    class Meta:
        """Not a projection."""

        db_table = "saved_view"
        constraints = (models.UniqueConstraint(fields=["person_id", "name"], name="saved_view_name"),)


class Token(models.Model):
    """What a program of a person shows instead of name and password; of it the hash alone is kept.

    ``used_at`` is shown to its owner alone and moved on at most once a minute.
    """

    digest = models.CharField(max_length=64, unique=True)
    account_id = models.BigIntegerField(db_index=True)
    name = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        """Not a projection; a token that was taken back is deleted."""

        db_table = "token"


class Answer(models.Model):
    """What a call with an idempotency key was answered, so that the same call does nothing twice.

    ``asked`` is the hash of the call; ``content`` can be read with the token alone, for it may hold a password shown once.
    """

    token_id = models.BigIntegerField()
    key = models.CharField(max_length=200)
    asked = models.CharField(max_length=64)
    status = models.IntegerField()
    content = models.TextField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        """Kept for a day."""

        db_table = "answer"
        constraints = (models.UniqueConstraint(fields=["token_id", "key"], name="answer_key"),)
