"""A search of the library as its address carries it, and a combination that was filled in field by field as one query."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from bihuan.library.kinds import KINDS
from bihuan.library.recognise import LEVELS
from bihuan.library.search import Filters, Sort
from bihuan.web import dates

SORTS: dict[Sort, str] = {"relevance": "相关程度", "date": "文件日期", "added": "收录先后"}
#: What can be filled in instead of writing the query: the field's name → its label.
PARTS = {
    "all": "都要有",
    "any": "有其中一个就行",
    "none": "不要有",
    "in_title": "标题里有",
    "in_headings": "小标题里有",
    "near": "挨得近的两个词",
}
_SPACED = re.compile(r"\s+")


@dataclass(frozen=True)
class Chosen:
    """What the person looks for; "" , 0 and None choose nothing."""

    text: str = ""
    exact: bool = False
    kinds: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    body: str = ""
    since: date | None = None
    until: date | None = None
    campaign: int = 0
    sort: Sort | None = None

    def filters(self) -> Filters:
        """Return what a document has to be besides."""
        return Filters(self.kinds, self.levels, self.body, self.since, self.until, self.campaign)

    @property
    def narrowed(self) -> bool:
        """Whether there is a filter."""
        return self.filters() != Filters()

    def pairs(self) -> list[tuple[str, str]]:
        """Return the parts of the address, without what was not chosen."""
        days = [(n, d.isoformat()) for n, d in (("since", self.since), ("until", self.until)) if d]
        plain = [("q", self.text), ("exact", "1" if self.exact else ""), ("body", self.body),
                 ("campaign", str(self.campaign or "")), ("sort", self.sort or "")]  # fmt: skip
        several = [*(("kind", k) for k in self.kinds), *(("level", n) for n in self.levels)]
        return [*((n, v) for n, v in plain if v), *several, *days]

    def query(self) -> str:
        """Return the query part of the address."""
        return urlencode(self.pairs())

    def options(self) -> dict[str, Any]:
        """Return what is kept of a search besides its words."""
        return {"query": self.query()}


def read(given: QueryDict) -> Chosen:
    """Read the address; what it does not understand chooses nothing."""
    sort = given.get("sort", "")
    campaign = given.get("campaign", "")
    return Chosen(
        text=given.get("q", "").strip(),
        exact=given.get("exact") == "1",
        kinds=tuple(k for k in given.getlist("kind") if k in KINDS),
        levels=tuple(n for n in given.getlist("level") if n in LEVELS),
        body=given.get("body", "").strip()[:200],
        since=dates.read_day(given.get("since", "")),
        until=dates.read_day(given.get("until", "")),
        campaign=int(campaign) if campaign.isascii() and campaign.isdigit() and len(campaign) < 12 else 0,
        sort=next((known for known in SORTS if known == sort), None),
    )


def composed(given: Mapping[str, str]) -> str:
    """Return the query that the fields of a combination make; "" where none is filled in."""
    words = {name: _words(given.get(name, "")) for name in PARTS}
    found = [*words["all"]]
    if words["any"]:
        joined = " 或 ".join(words["any"])
        found.append(f"({joined})" if len(words["any"]) > 1 else joined)
    found += [f"标题:{word}" for word in words["in_title"]]
    found += [f"小标题:{word}" for word in words["in_headings"]]
    if len(words["near"]) >= 2:
        found.append(" ".join((words["near"][0], f"近{_distance(given)}", words["near"][1])))
    return " ".join([*found, *(f"非 {word}" for word in words["none"])])


def _words(text: str) -> list[str]:
    """The words of a field; one that the query's language would read otherwise is put into quotation marks."""
    plain = re.sub('["“”]', " ", text)
    return [
        f'"{word}"' if re.search(r"[()（）:：|\-]", word) or word in _OWN else word
        for word in _SPACED.split(plain)
        if word
    ]


_OWN = frozenset({"与", "且", "或", "非", "近", "AND", "OR", "NOT", "NEAR"})


def _distance(given: Mapping[str, str]) -> int:
    text = given.get("distance", "")
    return min(int(text), 255) if text.isascii() and text.isdigit() and 0 < len(text) < 5 else 20
