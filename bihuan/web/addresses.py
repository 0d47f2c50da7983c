"""Addresses of pages and of single things, for pages that link to hundreds of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import quote_plus

from django.urls import get_script_prefix, reverse

_MARK = 9_000_000_000_009


def address(view: str) -> str:
    """Return the address of ``view``, which takes no argument, as ``reverse`` does; the pattern is read once."""
    return _plain(view, get_script_prefix())


def address_of(view: str, pk: int, *words: str) -> str:
    """Return the address of ``view`` for ``pk``, its first argument, and few different ``words`` behind it; the pattern is read once."""
    before, after = _around(view, words, get_script_prefix())
    return f"{before}{pk}{after}"


def query_of(choice: Mapping[str, object]) -> str:
    """Return ``choice``, whose names are plain words, as ``urlencode`` writes it; empty values are left out."""
    return "&".join([f"{name}={_quoted(str(value))}" for name, value in choice.items() if value])


_quoted = lru_cache(maxsize=4096)(quote_plus)


@lru_cache(maxsize=256)
def _plain(view: str, _prefix: str) -> str:
    return reverse(view)


@lru_cache(maxsize=256)
def _around(view: str, words: tuple[str, ...], _prefix: str) -> tuple[str, str]:
    before, _, after = reverse(view, args=[_MARK, *words]).partition(str(_MARK))
    return before, after
