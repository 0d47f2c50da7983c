"""A query as each database answers it: FTS5 over pairs on SQLite, GIN over grams on PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bihuan.library.query import Both, Either, Near, Query, Term
from bihuan.rules.pairs import phrase

Names = Callable[[str], Sequence[str]]
_COLUMNS = {"": "", "title": "{title} : ", "headings": "{headings} : "}


@dataclass
class Condition:
    """A part of WHERE and its parameters."""

    sql: str
    values: list[Any] = field(default_factory=list)


def fts5(query: Query, names: Names) -> str:
    """The MATCH expression of SQLite."""
    if isinstance(query, Term):
        words = [query.text] if query.exact else names(query.text)
        return "(" + " OR ".join(_match(word, query) for word in words) + ")"
    if isinstance(query, Near):
        # The last pair of a word reaches one character beyond it.
        beyond = max(len(query.left.text), len(query.right.text)) > 1
        return f"({{text}} : NEAR({phrase(query.left.text)} {phrase(query.right.text)}, {query.distance + beyond}))"
    link = "OR" if isinstance(query, Either) else "NOT" if query.without else "AND"
    return f"({fts5(query.left, names)} {link} {fts5(query.right, names)})"


def _match(word: str, term: Term) -> str:
    if len(word) == 1 and not term.field:
        return f"{{characters}} : {phrase(word).rstrip('*')}"
    column = "{text} : " if term.exact and not term.field else _COLUMNS[term.field]
    return f"{column}{phrase(word)}"


def grams(query: Query, names: Names) -> Condition:
    """The condition of PostgreSQL: the index gives the candidates, the text itself decides."""
    if isinstance(query, Term):
        words = [query.text] if query.exact else names(query.text)
        return _joined("OR", [_has(word, query) for word in words])
    if isinstance(query, Near):
        return _near(query)
    left, right = grams(query.left, names), grams(query.right, names)
    if isinstance(query, Both) and query.without:
        return Condition(f"({left.sql} AND NOT {right.sql})", [*left.values, *right.values])
    return _joined("OR" if isinstance(query, Either) else "AND", [left, right])


def _has(word: str, term: Term) -> Condition:
    if term.field:
        return Condition(f"strpos(d.{term.field}, %s) > 0", [word])
    wanted = Condition("library_grams(d.text) @> %s", [_grams_of(word)])
    if len(word) <= 2:
        return wanted
    return Condition(f"({wanted.sql} AND strpos(d.text, %s) > 0)", [*wanted.values, word])


def _near(query: Near) -> Condition:
    """Both in either order with at most so many characters between them; a break of line is a character too."""
    left, right = re.escape(query.left.text), re.escape(query.right.text)
    gap = f"(.|\\n){{0,{min(query.distance, 255)}}}"
    wanted = [*_grams_of(query.left.text), *_grams_of(query.right.text)]
    return Condition(
        "(library_grams(d.text) @> %s AND d.text ~ %s)", [wanted, f"{left}{gap}{right}|{right}{gap}{left}"]
    )


def _grams_of(word: str) -> list[str]:
    return sorted({word[i : i + 2] for i in range(len(word) - 1)}) or [word]


def _joined(link: str, parts: list[Condition]) -> Condition:
    sql = f" {link} ".join(part.sql for part in parts)
    return Condition(f"({sql})", [value for part in parts for value in part.values])
