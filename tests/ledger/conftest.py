"""A county for each test."""

import pytest


@pytest.fixture
def county(db):
    """A small county; see ``tests.actions.county``."""
    from tests.actions.county import County  # Django is set up only after this file was read
    from tests.support.recall import recalled

    return recalled(County, County)
