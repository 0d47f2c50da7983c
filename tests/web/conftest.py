"""An office whose people have accounts, for each test."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _uncounted():
    """The tries to log in of other tests are no tries of this one's address."""
    cache.clear()


@pytest.fixture
def office(db):
    """A small county with accounts; see ``tests.web.office``."""
    from tests.support.recall import recalled
    from tests.web.office import Office  # Django is set up only after this file was read

    return recalled(Office, Office)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """Signs the certificates of the providers of these tests."""
    from tests.support.authority import Authority

    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def context(authority):
    """What a provider that ``authority`` vouches for serves TLS with."""
    return authority.context()
