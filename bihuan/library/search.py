"""Searching: the documents that hold what was asked for, and in each the passage, its headings and how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from django.db import connections
from django.db.models import F, QuerySet

from bihuan.library import engine
from bihuan.library.lines import squeezed
from bihuan.library.names import names_of
from bihuan.library.query import Both, Either, Query, Term, exact, parse, terms
from bihuan.library.rarest import candidates
from bihuan.models import Document
from bihuan.rules.pairs import normalise

Sort = Literal["relevance", "date", "added"]
_AROUND = 40
_FEW = 500
_FIELDS = (
    "id",
    "digest",
    "title",
    "kind",
    "body",
    "number",
    "date",
    "level",
    "campaign_id",
    "outline",
    "text",
)


@dataclass(frozen=True)
class Filters:
    """What else a document has to be: ``kinds`` and ``levels`` one of several, ``body`` part of the name, dates inclusive."""

    kinds: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    body: str = ""
    since: date | None = None
    until: date | None = None
    campaign: int = 0

    def conditions(self) -> list[engine.Condition]:
        """Return the conditions on the table ``d``."""
        found = []
        for column, values in (("kind", self.kinds), ("level", self.levels)):
            if values:
                marks = ", ".join(["%s"] * len(values))
                found.append(engine.Condition(f"d.{column} IN ({marks})", list(values)))
        if self.body:
            found.append(engine.Condition("d.body LIKE %s ESCAPE '!'", [f"%{_literal(self.body)}%"]))
        for sign, day in ((">=", self.since), ("<=", self.until)):
            if day:
                found.append(engine.Condition(f"d.date {sign} %s", [day]))
        if self.campaign:
            found.append(engine.Condition("d.campaign_id = %s", [self.campaign]))
        return found

    def narrowed(self, rows: QuerySet[Document]) -> QuerySet[Document]:
        """Return those of ``rows`` that fit."""
        wanted = {"kind__in": self.kinds, "level__in": self.levels, "body__contains": normalise(self.body),
                  "date__gte": self.since, "date__lte": self.until, "campaign_id": self.campaign}  # fmt: skip
        return rows.filter(**{name: value for name, value in wanted.items() if value})


@dataclass(frozen=True)
class Hit:
    """One document: ``count`` occurrences in its text, the first at ``start``–``end``, ``passage`` around it, ``path`` the
    headings above it."""

    document: Document
    count: int
    start: int | None
    end: int | None
    passage: str
    path: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """``total`` documents hold it, ``hits`` are those of this page; ``relaxed``: none held all words, these hold some."""

    total: int
    hits: list[Hit] = field(default_factory=list)
    relaxed: bool = False


def search(
    text: str,
    *,
    literal: bool = False,
    filters: Filters | None = None,
    sort: Sort | None = None,
    offset: int = 0,
    limit: int = 20,
    using: str = "default",
) -> Found:
    """Find documents; ``literal`` takes the whole of ``text`` as one string. ``limit`` 0 gives all. Raises QueryInvalid."""
    query = exact(text) if literal else parse(text)
    wanted = filters or Filters()
    order = sort or ("added" if literal else "relevance")
    found = _page(query, wanted, order, offset, limit, using)
    loose = None if found.total or literal else _any_of(query)
    if loose is None:
        return found
    some = _page(loose, wanted, order, offset, limit, using)
    return Found(some.total, some.hits, relaxed=some.total > 0)


def browse(
    filters: Filters, *, sort: Sort = "added", offset: int = 0, limit: int = 20, using: str = "default"
) -> Found:
    """Return the documents that fit ``filters``, whatever their words: the last added first, or the latest by date."""
    rows = filters.narrowed(Document.objects.using(using).only(*_FIELDS))
    order = [F("date").desc(nulls_last=True)] if sort == "date" else []
    page = rows.order_by(*order, "-id")[offset : offset + limit]
    return Found(rows.count(), [_hit(document, ()) for document in page])


def words_of(text: str, *, literal: bool = False, using: str = "default") -> list[str]:
    """Return the words that a query looks for, with their other names: what is to be marked. Raises QueryInvalid."""
    return _looked_for(exact(text) if literal else parse(text), using)


def ids_with(text: str, using: str = "default") -> list[int]:
    """Return the ids of exactly those documents whose text holds ``text``, the last added first."""
    query, filters = exact(text), Filters()
    few = _few(query, filters, using)
    if few is not None:
        return few
    sql, values = _from(query, filters, using)
    return _ids(f"SELECT {_id(using)} {sql} ORDER BY {_id(using)} DESC", values, using)


def _any_of(query: Query) -> Query | None:
    """Several plain words as alternatives, None for anything else."""
    if isinstance(query, Both) and not query.without:
        left = _any_of(query.left) or (query.left if isinstance(query.left, Term) else None)
        return Either(left, query.right) if left and isinstance(query.right, Term) else None
    return None


def _page(query: Query, filters: Filters, sort: Sort, offset: int, limit: int, using: str) -> Found:
    total, ids = _counted(query, filters, sort, offset, limit, using)
    looked_for = _looked_for(query, using)
    rows = (
        {d.pk: d for d in Document.objects.using(using).only(*_FIELDS).filter(pk__in=ids)}
        if len(ids) <= 500
        else {}
    )
    return Found(
        total, [_hit(rows.get(i) or Document.objects.using(using).get(pk=i), looked_for) for i in ids]
    )


def _counted(
    query: Query, filters: Filters, sort: Sort, offset: int, limit: int, using: str
) -> tuple[int, list[int]]:
    """How many there are and the ids of the page; what is rare is looked up once, not once to count and once to list."""
    few = _few(query, filters, using) if sort == "added" else None
    if few is not None:
        return len(few), few[offset : offset + limit] if limit else few[offset:]
    sql, values = _from(query, filters, using)
    order, ordered = _order(query, sort, using)
    with connections[using].cursor() as cursor:
        cursor.execute(f"SELECT count(*) {sql}", values)
        total = cursor.fetchone()[0]
    if not total:
        return 0, []
    page = f"SELECT {_id(using)} {sql} ORDER BY {order} LIMIT %s OFFSET %s"
    return total, _ids(page, [*values, *ordered, limit or total, offset], using)


def _few(query: Query, filters: Filters, using: str) -> list[int] | None:
    """The ids of all documents, the last added first, None where there are many."""
    if _is_sqlite(using) and isinstance(query, Term) and query.exact and not query.field:
        possible = candidates(query.text, using)
        if possible is not None:
            return _holding(query.text, possible, filters, using)
    sql, values = _from(query, filters, using)
    ids = _ids(f"SELECT {_id(using)} {sql} ORDER BY {_id(using)} LIMIT {_FEW}", values, using)
    return ids[::-1] if len(ids) < _FEW else None


def _holding(text: str, ids: Sequence[int], filters: Filters, using: str) -> list[int]:
    """Which of ``ids`` have ``text`` in theirs, the last added first."""
    marks = ", ".join(["%s"] * len(ids))
    there = engine.Condition(f"d.id IN ({marks})", list(ids))
    holds = engine.Condition("instr(d.text, %s) > 0", [text])
    sql, values = _where("FROM library_document d", [there, holds, *filters.conditions()])
    return _ids(f"SELECT d.id {sql} ORDER BY d.id DESC", values, using)


def _ids(sql: str, values: Sequence[Any], using: str) -> list[int]:
    with connections[using].cursor() as cursor:
        cursor.execute(sql, values)
        return [row[0] for row in cursor.fetchall()]


def _is_sqlite(using: str) -> bool:
    return connections[using].vendor == "sqlite"


def _id(using: str) -> str:
    return "library_index.rowid" if _is_sqlite(using) else "d.id"


def _from(query: Query, filters: Filters, using: str) -> tuple[str, list[Any]]:
    """FROM and WHERE; without filters SQLite's index alone is asked."""

    def names(term: str) -> Sequence[str]:
        return names_of(term, using)

    extra = filters.conditions()
    if _is_sqlite(using):
        main = engine.Condition("library_index MATCH %s", [engine.fts5(query, names)])
        join = " JOIN library_document d ON d.id = library_index.rowid" if extra else ""
        table = f"FROM library_index{join}"
    else:
        main, table = engine.grams(query, names), "FROM library_document d"
    return _where(table, [main, *extra])


def _where(table: str, parts: Sequence[engine.Condition]) -> tuple[str, list[Any]]:
    """FROM and WHERE with every one of ``parts``, and its parameters."""
    return f"{table} WHERE " + " AND ".join(p.sql for p in parts), [v for p in parts for v in p.values]


def _order(query: Query, sort: Sort, using: str) -> tuple[str, list[Any]]:
    if sort == "date":
        column = (
            "(SELECT date FROM library_document x WHERE x.id = library_index.rowid)"
            if _is_sqlite(using)
            else "d.date"
        )
        return f"{column} DESC NULLS LAST, {_id(using)} DESC", []
    if sort == "added":
        return f"{_id(using)} DESC", []
    if _is_sqlite(using):
        return "bm25(library_index, 10.0, 4.0, 1.0, 1.0), library_index.rowid", []
    return _weighed(query, using)


def _weighed(query: Query, using: str) -> tuple[str, list[Any]]:
    """PostgreSQL: a word in the title counts most, in the headings next, in the text by its share of it."""
    parts: list[str] = []
    values: list[Any] = []
    for word in _looked_for(query, using):
        parts.append(
            "10 * (strpos(d.title, %s) > 0)::int + 4 * (strpos(d.headings, %s) > 0)::int"
            " + ln(1 + (length(d.text) - length(replace(d.text, %s, ''))) * 1000.0 / (d.length + 500))"
        )
        values += [word] * 3
    return f"({' + '.join(parts)}) DESC, d.id", values


def _looked_for(query: Query, using: str) -> list[str]:
    found: dict[str, None] = {}
    for term in terms(query):
        found.update(dict.fromkeys([term.text] if term.exact else names_of(term.text, using)))
    return list(found)


def _hit(document: Document, words: Sequence[str]) -> Hit:
    text = document.text
    firsts = [(place, word) for word in words if (place := text.find(word)) >= 0]
    if not firsts:
        return Hit(document, 0, None, None, _beginning(document), ())
    place, word = min(firsts)
    passage = text[max(0, place - _AROUND) : place + len(word) + _AROUND].replace("\n", " ").strip()
    return Hit(
        document,
        sum(text.count(w) for w in words),
        place,
        place + len(word),
        passage,
        tuple(heading_path(document.outline, place)),
    )


def _beginning(document: Document) -> str:
    """How the text begins behind its title."""
    title = squeezed(document.title)
    lines = document.text[: 8 * _AROUND].split("\n")
    while len(lines) > 1 and squeezed(lines[0]) in title:
        lines.pop(0)
    return " ".join(lines)[: 3 * _AROUND].strip()


def heading_path(outline: Sequence[Sequence[Any]], place: int) -> list[str]:
    """Return the headings under which ``place`` stands, the highest first."""
    above: dict[int, str] = {}
    for start, level, words in outline:
        if start > place:
            break
        above = {k: v for k, v in above.items() if k < level} | {level: words}
    return [above[level] for level in sorted(above)]


def _literal(text: str) -> str:
    return normalise(text).replace("!", "!!").replace("%", "!%").replace("_", "!_")
