"""What a rule is, what it hits, and the finding that people see."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bihuan.library.proofread.text import Text


class Level(StrEnum):
    """How sure a finding is and how much it matters."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


LEVEL_NAMES = {Level.ERROR: "错误", Level.WARNING: "疑似错误", Level.HINT: "提示"}


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a rule holds: offsets into the plain text, what to write there (None: no exact words), and why.

    ``level`` and ``safe`` replace the rule's own where a case is surer or less sure than the others.
    """

    start: int
    end: int
    suggestion: str | None
    message: str
    level: Level | None = None
    safe: bool | None = None


Check = Callable[["Text"], Iterator[Hit]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table of rules.

    ``number`` is that of the list of mechanical checks (0: none). ``safe`` rules can be fixed without asking.
    ``wrong`` and ``right`` are examples. ``form`` marks a way of writing that whole texts follow; ``style`` (wrong, right) counts both ways.
    ``statute`` is the level in the text of a law or regulation, where that differs.
    """

    id: str
    number: int
    name: str
    level: Level
    why: str
    check: Check
    wrong: str
    right: str
    safe: bool = False
    form: bool = False
    style: tuple[re.Pattern[str], re.Pattern[str]] | None = None
    statute: Level | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What people see. ``start`` and ``end`` count characters of the plain text; ``suggestion`` replaces ``text``."""

    rule: str
    number: int
    level: Level
    start: int
    end: int
    text: str
    suggestion: str | None
    message: str
    safe: bool
    paragraph: int
    context: str


def pattern(
    regex: str | re.Pattern[str],
    fix: str | Callable[[re.Match[str]], str | None] | None,
    message: str,
    group: int = 0,
    level: Level | None = None,
    safe: bool | None = None,
) -> Check:
    """Return a check that hits wherever ``regex`` matches; ``fix`` is the replacement of ``group`` or makes it from the match."""
    compiled = re.compile(regex, re.MULTILINE) if isinstance(regex, str) else regex

    def check(text: Text) -> Iterator[Hit]:
        for match in compiled.finditer(text.text):
            made = fix(match) if callable(fix) else fix if fix is None else match.expand(fix)
            yield Hit(
                match.start(group), match.end(group), made, message.format(match[group], made), level, safe
            )

    return check


def both(*checks: Check) -> Check:
    """Return one check that makes the hits of all ``checks``."""

    def check(text: Text) -> Iterator[Hit]:
        for one in checks:
            yield from one(text)

    return check
