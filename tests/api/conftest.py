"""An office whose people call the API, with one of everything that has an id."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def no_calls_yet():
    """The calls of other tests are no calls of this one's tokens."""
    cache.clear()


@pytest.fixture(autouse=True)
def key(monkeypatch, settings):
    """The installation's own key, with which the secrets of outlets are kept."""
    monkeypatch.setenv("BIHUAN_SECRET_KEY", settings.SECRET_KEY)
    settings.MAIL_SERVER = ""


@pytest.fixture
def office(db):
    """A small county with tokens; see ``tests.api.callers``."""
    from tests.api.callers import Callers  # Django is set up only after this file was read

    return Callers()
