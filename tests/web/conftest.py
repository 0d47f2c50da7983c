"""An office whose people have accounts, for each test."""

import pytest


@pytest.fixture
def office(db):
    """A small county with accounts; see ``tests.web.office``."""
    from tests.support.recall import recalled
    from tests.web.office import Office  # Django is set up only after this file was read

    return recalled(Office, Office)
