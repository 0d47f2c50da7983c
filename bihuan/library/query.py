"""What a person types, as a tree: words, and / or / not / near, in the title, in the headings.

``乡村振兴 产业`` both · ``甲 或 乙`` one of them · ``甲 非 乙`` or ``甲 -乙`` without · ``甲 近10 乙`` at most ten characters apart ·
``标题:报告`` · ``小标题:"下一步"`` · brackets group · quotation marks take a word as it is, without its other names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from bihuan.rules.errors import Invalid
from bihuan.rules.pairs import normalise

Field = Literal["", "title", "headings"]
LONGEST = 100


@dataclass(frozen=True, slots=True)
class Term:
    """Text to find (normalised); ``exact``: as it is, else with its other names; ``field``: only there."""

    text: str
    exact: bool = False
    field: Field = ""


@dataclass(frozen=True, slots=True)
class Near:
    """Two terms at most ``distance`` characters apart, in either order."""

    left: Term
    right: Term
    distance: int


@dataclass(frozen=True, slots=True)
class Both:
    """``left`` and ``right``; with ``without`` set, ``left`` and not ``right``."""

    left: Query
    right: Query
    without: bool = False


@dataclass(frozen=True, slots=True)
class Either:
    """``left`` or ``right``."""

    left: Query
    right: Query


Query = Term | Near | Both | Either


class QueryInvalid(Invalid):
    """查找条件写得不对。"""

    code = "query-invalid"
    default_hint = "例：乡村振兴 产业；甲 或 乙；甲 非 乙；甲 近10 乙；标题:报告；原样查找请加引号。"


_TOKEN = re.compile(
    r"\s*(?:(?P<open>[(（])|(?P<close>[)）])|(?P<minus>-(?=\S))?(?P<field>(?:标题|小标题|title|headings)[:：])?(?:[\"“”](?P<quoted>[^\"“”]+)[\"“”]|(?P<word>[^\s()（）\"“”]+)))"
)
_NEAR = re.compile(r"(?:近|NEAR/?)(\d{0,3})")
_OPERATORS = {
    "与": "and",
    "AND": "and",
    "且": "and",
    "或": "or",
    "OR": "or",
    "|": "or",
    "非": "not",
    "NOT": "not",
}
_FIELDS: dict[str, Field] = {"标题": "title", "title": "title", "小标题": "headings", "headings": "headings"}
_DEFAULT_NEAR = 20


def exact(text: str) -> Term:
    """The whole of ``text`` as one string to find. Raises QueryInvalid for none or too much of it."""
    return _term(text, exact=True, field="")


def parse(text: str) -> Query:
    """Read what was typed. Raises QueryInvalid."""
    return _Parser(_tokens(text)).whole()


def terms(query: Query, *, wanted: bool = True) -> list[Term]:
    """The terms that a found document has (``wanted``), in order; those after 非 are left out."""
    if isinstance(query, Term):
        return [query] if wanted else []
    if isinstance(query, Both) and query.without:
        return terms(query.left)
    if isinstance(query, Near):
        return [query.left, query.right]
    return [*terms(query.left), *terms(query.right)]


Token = tuple[str, Term | int | None]


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    place = 0
    while place < len(text.rstrip()):
        match = _TOKEN.match(text, place)
        if match is None:
            raise QueryInvalid(f"第 {place + 1} 个字起读不懂：{text[place : place + 10]}")
        found += _token(match)
        place = match.end()
    return found


def _token(match: re.Match[str]) -> list[Token]:
    if match["open"] or match["close"]:
        return [("(" if match["open"] else ")", None)]
    word = match["word"] or ""
    if not match["field"] and not match["minus"] and not match["quoted"]:
        if word in _OPERATORS:
            return [(_OPERATORS[word], None)]
        if near := _NEAR.fullmatch(word):
            return [("near", int(near[1] or _DEFAULT_NEAR))]
    field = _FIELDS[match["field"][:-1]] if match["field"] else ""
    term = _term(match["quoted"] or word, exact=match["quoted"] is not None, field=field)
    return [("not", None), ("term", term)] if match["minus"] else [("term", term)]


def _term(text: str, *, exact: bool, field: Field) -> Term:
    plain = normalise(text)
    if not plain:
        raise QueryInvalid("还没有写要找的字。")
    if len(plain) > LONGEST:
        raise QueryInvalid(
            f"要找的字有 {len(plain)} 个，最多 {LONGEST} 个。", hint="请截取其中最有特点的一段。"
        )
    return Term(plain, exact, field)


class _Parser:
    """either := both (或 both)*; both := one ((与|非)? one)*; one := ( either ) | term (近n term)."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens, self.place = tokens, 0

    def whole(self) -> Query:
        if not self.tokens:
            raise QueryInvalid("还没有写要找的字。")
        found = self.either()
        if self.place < len(self.tokens):
            raise QueryInvalid("括号不配对。")
        return found

    def peek(self) -> str:
        return self.tokens[self.place][0] if self.place < len(self.tokens) else ""

    def either(self) -> Query:
        found = self.both()
        while self.peek() == "or":
            self.place += 1
            found = Either(found, self.both())
        return found

    def both(self) -> Query:
        if self.peek() == "not":
            raise QueryInvalid("不能只写“非”：请先写要有的字，再写不要的。")
        found = self.one()
        while self.peek() in {"and", "not", "(", "term"}:
            without = self.peek() == "not"
            self.place += self.peek() in {"and", "not"}
            found = Both(found, self.one(), without)
        return found

    def one(self) -> Query:
        kind, value = self.tokens[self.place] if self.place < len(self.tokens) else ("", None)
        self.place += 1
        if kind == "(":
            found = self.either()
            if self.peek() != ")":
                raise QueryInvalid("括号不配对。")
            self.place += 1
            return found
        if not isinstance(value, Term):
            raise QueryInvalid("“与、或、非、近”的两边都要有字。")
        if self.peek() != "near":
            return value
        distance = self.tokens[self.place][1]
        self.place += 1
        other = self.one()
        if not isinstance(other, Term) or not isinstance(distance, int):
            raise QueryInvalid("“近”的两边只能各是一个词。")
        return Near(value, other, distance)
