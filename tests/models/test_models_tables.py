"""The tables: all of them migrated, each projection rebuilt from entries, each key from the entries."""

import io

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models

from bihuan.models import (
    PROJECTIONS,
    Account,
    Delivery,
    Entry,
    Feed,
    Head,
    Message,
    Outlet,
    Seal,
    SignBand,
    SignMark,
    SignPhoto,
    SignPosition,
    SignText,
)

INDEX = (SignPosition, SignText, SignMark, SignPhoto, SignBand)

#: What is not projected from the entries, and why.
KEPT = {
    "entry": "the facts themselves",
    "head": "the end of the chain",
    "seal": "statements about the entries",
    "account": "credentials, which must stay erasable",
    "sign_position": "how far the index of the signs reaches: a cache",
    "sign_text": "the index of the signs: a cache",
    "sign_mark": "the index of the signs: a cache",
    "sign_photo": "the index of the signs: a cache",
    "sign_band": "the index of the signs: a cache",
    "message": "the outbox: a rebuild must not tell anybody anew",
    "delivery": "how the outbox fared",
    "outlet": "configuration with secrets",
    "feed": "addresses that can be taken back",
}


@pytest.mark.usefixtures("db")
def test_the_migrations_make_the_tables_that_the_models_describe():
    call_command("makemigrations", "bihuan", check=True, dry_run=True, verbosity=0, stdout=io.StringIO())


def test_every_table_is_a_projection_or_kept_for_a_reason():
    ours = {m._meta.db_table for m in apps.get_app_config("bihuan").get_models()}
    projected = {m._meta.db_table for m in PROJECTIONS}
    kept = (Entry, Head, Seal, Account, Message, Delivery, Outlet, Feed, *INDEX)
    assert {m._meta.db_table for m in kept} == set(KEPT) <= ours
    assert projected.isdisjoint(KEPT)
    assert len(PROJECTIONS) == len(projected)


@pytest.mark.parametrize("model", PROJECTIONS)
def test_a_projection_gives_no_keys_of_its_own(model):
    automatic = (models.AutoField, models.BigAutoField, models.SmallAutoField)
    assert not any(isinstance(f, automatic) for f in model._meta.concrete_fields)


@pytest.mark.parametrize("model", PROJECTIONS)
def test_a_projection_takes_no_value_from_the_clock_of_the_machine(model):
    for field in model._meta.concrete_fields:
        assert not getattr(field, "auto_now", False)
        assert not getattr(field, "auto_now_add", False)
        assert not (callable(field.default) and field.default not in (list, dict, models.NOT_PROVIDED))


@pytest.mark.usefixtures("db")
def test_a_password_is_kept_as_a_hash():
    account = Account.objects.create_account("zhang", "正确的马电池订书钉", 7)
    account.refresh_from_db()
    assert account.password.startswith("argon2")
    assert account.check_password("正确的马电池订书钉")
    assert not account.check_password("别的")
    assert (account.is_active, account.failures, account.locked_until, account.must_change) == (
        True,
        0,
        None,
        False,
    )
