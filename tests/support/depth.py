"""How deep the tests look: each commit by the short form, ``BIHUAN_TEST_DEEP=1`` (``make test-deep``) by the long one."""

from __future__ import annotations

import os

DEEP = os.environ.get("BIHUAN_TEST_DEEP") == "1"


def often(short: int, deep: int) -> int:
    """How many examples, rounds or kills: ``short`` for each commit, ``deep`` where ``make test-deep`` asks for it."""
    return deep if DEEP else short
