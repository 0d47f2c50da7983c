"""The examples of docs/reference/deadlines.md hold, and the page names every doubt."""

import re
from datetime import date
from pathlib import Path

import pytest

from bihuan.rules import deadline_dates, deadline_points, deadline_spans, deadline_words, deadlines
from bihuan.rules.calendar import Calendar

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "deadlines.md").read_text(encoding="utf-8")
BASE = date(2026, 11, 23)
NOTICES = {year: notice for year, notice in Calendar.builtin().years.items() if year <= 2026}
CALENDAR = Calendar(NOTICES)


def rows(page):
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line[:1] == "|"
    ]
    return [row for row in cells if len(row) == 2 and row[0] not in ("wording", "---")]


def told(deadline):
    """A deadline in the page's notation."""
    flags = ("ongoing", "immediate")
    words = [deadline.due.isoformat()] if deadline.due else []
    words += [flag for flag in flags if getattr(deadline, flag)]
    words += [f"every {deadline.cycle}"] if deadline.cycle else []
    words += ["provisional"] if deadline.provisional else []
    codes = ", ".join(doubt.code for doubt in deadline.doubts)
    return " ".join(words + ([f"[{codes}]"] if codes else [])) or "nothing"


EXAMPLES = rows(PAGE)


def test_the_page_has_many_examples_and_none_twice():
    wordings = [wording for wording, _ in EXAMPLES]
    assert len(wordings) >= 120
    assert len(set(wordings)) == len(wordings)


@pytest.mark.parametrize(("wording", "read_as"), EXAMPLES)
def test_an_example_of_the_page_is_read_as_it_says(wording, read_as):
    assert told(deadlines.parse(wording, base=BASE, calendar=CALENDAR)) == read_as


def test_the_page_lists_every_doubt_with_its_severity():
    modules = (deadlines, deadline_dates, deadline_points, deadline_spans, deadline_words)
    source = "".join(Path(module.__file__).read_text(encoding="utf-8") for module in modules)
    given = set(re.findall(r'Doubt\(\s*"([a-z-]+)"', source)) | set(re.findall(r'code="([a-z-]+)"', source))
    given |= set(deadline_dates._ASSUMPTIONS)
    listed = re.findall(r"^\| `([a-z-]+)` \| (?:error|warning|info) \|", PAGE, re.MULTILINE)
    assert sorted(given) == listed


def test_the_doubts_of_the_examples_have_the_severity_that_the_page_gives():
    listed = dict(re.findall(r"^\| `([a-z-]+)` \| (error|warning|info) \|", PAGE, re.MULTILINE))
    read = [deadlines.parse(wording, base=BASE, calendar=CALENDAR) for wording, _ in EXAMPLES]
    given = {(doubt.code, doubt.severity) for deadline in read for doubt in deadline.doubts}
    assert given == {(code, listed[code]) for code, _ in given}
