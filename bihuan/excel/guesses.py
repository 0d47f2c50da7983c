"""Fields of columns whose words say nothing that is known, by what stands in them. Each is told, to be looked at."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from datetime import date

from bihuan.excel.book import Value
from bihuan.excel.column_values import ColumnValues, counts_up, is_day, is_number, is_state
from bihuan.excel.header import Header, meaning
from bihuan.excel.split import split_steps
from bihuan.excel.text import shown, squeeze
from bihuan.excel.unit_text import looks_like_unit, parties
from bihuan.excel.words import EXTRA
from bihuan.rules.calendar import Calendar
from bihuan.rules.deadlines import parse

_ANY_DAY = date(2024, 1, 1)
"""Whether a wording is a deadline does not depend on the day from which it is read."""

_SURE = frozenset({"measures", "owner", "due", "lead", "target", "progress", "state"})
Test = tuple[str, Callable[[int], bool]]


def fill_gaps(fields: dict[int, str], header: Header, values: ColumnValues, units: Container[str]) -> None:
    """Give columns without any word above them a field by their content, in place."""
    tests: tuple[Test, ...] = (
        ("number", lambda c: counts_up(values.of(c))),
        ("due", lambda c: values.share(c, is_day) >= 0.6),
        ("owner", lambda c: values.share(c, lambda v: shown(v) in units) >= 0.6),
        ("state", lambda c: values.share(c, is_state) >= 0.8),
    )
    for column, path in header.paths.items():
        if not path and fields.get(column) == EXTRA:
            fields.update(_first(column, fields, tests))


def guess_fields(
    fields: Mapping[int, str], header: Header, values: ColumnValues, fixed: Container[int]
) -> dict[int, str]:
    """The columns whose words are unknown, with the field that their content makes likely; none that is taken already."""
    unknown = [
        c
        for c, path in header.paths.items()
        if path and fields.get(c) == EXTRA and c not in fixed and not meaning(path)
    ]
    found = dict(fields)
    guessed: dict[int, str] = {}
    tests: tuple[Test, ...] = (
        ("number", lambda c: c == min(fields) and counts_up(values.of(c))),
        ("due", lambda c: values.share(c, _is_deadline) >= 0.8),
        ("owner", lambda c: values.share(c, _is_units) >= 0.8),
        ("measures", lambda c: values.share(c, _is_steps) >= 0.5),
    )
    for column in unknown:
        guess = _first(column, found, tests)
        guessed.update(guess)
        found.update(guess)
    guessed.update(_title(unknown, found, values))
    return guessed


def _first(column: int, fields: Mapping[int, str], tests: tuple[Test, ...]) -> dict[int, str]:
    taken = set(fields.values())
    return next(({column: name} for name, test in tests if name not in taken and test(column)), {})


def _title(unknown: list[int], found: Mapping[int, str], values: ColumnValues) -> dict[int, str]:
    """The wordiest column before the first that answers, where the rest is a ledger without doubt."""
    answers = [column for column, name in found.items() if name in _SURE]
    if "title" in found.values() or len({found[c] for c in answers}) < 3:
        return {}
    texts = dict(_wordy([c for c in unknown if found[c] == EXTRA and c < min(answers)], values))
    return {max(texts, key=texts.__getitem__): "title"} if texts else {}


def _wordy(columns: list[int], values: ColumnValues) -> Iterator[tuple[int, float]]:
    """Columns of differing texts, with their mean length."""
    for column in columns:
        texts = [shown(value) for value in values.of(column) if not is_number(value)]
        if texts and 2 * len(set(texts)) > len(values.of(column)):
            mean = sum(map(len, texts)) / len(texts)
            if mean >= 6:
                yield column, mean


def _is_deadline(value: Value) -> bool:
    if isinstance(value, int | float) or value == "":
        return False
    found = parse(
        value if isinstance(value, str | date) else str(value), base=_ANY_DAY, calendar=Calendar.builtin()
    )
    return len(found.text) <= 20 and bool(found.due or found.ongoing or found.immediate)


def _is_units(value: Value) -> bool:
    names = [unit.name for unit in parties(shown(value)).units]
    return bool(names) and all(len(squeeze(name)) <= 15 and looks_like_unit(name) for name in names)


def _is_steps(value: Value) -> bool:
    return len(split_steps(shown(value)).texts) > 1
