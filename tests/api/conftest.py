"""An office whose people call the API, with one of everything that has an id."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def no_calls_yet():
    """The calls of other tests are no calls of this one's tokens."""
    cache.clear()


@pytest.fixture
def office(db):
    """A small county with tokens; see ``tests.api.callers``."""
    from tests.api.callers import Callers  # Django is set up only after this file was read

    return Callers()
