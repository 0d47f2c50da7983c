"""The days off and the make-up days of a year, as a notice words them, or as a table of two columns."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django import forms

from bihuan.rules.calendar import FIRST_YEAR, LAST_YEAR, CalendarInvalid, CalendarYear
from bihuan.web.forms import fields as f

_BETWEEN = re.compile(r"[、,，;；\s]+")
_BRACKETS = re.compile(r"[（(][^）)]*[）)]")
_TO = re.compile(r"至|到|—+|–|~|～")
_DAY = re.compile(r"(?:(\d{4})[-年/.])?(\d{1,2})[-月/.](\d{1,2})日?")
_BARE = re.compile(r"(\d{1,2})日?")
_OFF, _ON = ("放假", "休息", "假"), ("上班", "调休上班", "班")
_MOST = 200_000


def read_days(text: str, year: int) -> list[date]:
    """Return the days of ``text``: 10月1日至7日、10月10日（周六）, 2026-10-01. Raises ValidationError with the part at fault."""
    parts = _BETWEEN.split(_BRACKETS.sub("", text))
    return [day for part in parts if part for day in _part(part, year)]


def _part(part: str, year: int) -> Iterator[date]:
    first, _, last = _TO.sub("\0", part, count=1).partition("\0")
    start = _day(first, year, None)
    end = _day(last, year, start) if last else start
    if end < start or end - start > timedelta(days=31):
        raise forms.ValidationError(f"“{part}”的起止不对。")
    while start <= end:
        yield start
        start += timedelta(days=1)


def _day(text: str, year: int, start: date | None) -> date:
    full, bare = _DAY.fullmatch(text), _BARE.fullmatch(text)
    try:
        if full:
            return date(int(full[1] or year), int(full[2]), int(full[3]))
        if bare and start:
            return start.replace(day=int(bare[1]))
    except ValueError:
        pass
    raise forms.ValidationError(f"“{text}”不是日期，应写成 10月1日 或 2027-10-01，一段写成 10月1日至7日。")


def words_of(days: frozenset[date]) -> str:
    """Return ``days`` as the field takes them, days that follow each other as a stretch."""
    stretches: list[list[date]] = []
    for day in sorted(days):
        if stretches and day - stretches[-1][-1] == timedelta(days=1):
            stretches[-1].append(day)
        else:
            stretches.append([day])
    return "、".join(_stretch(s[0], s[-1]) for s in stretches)


def _stretch(first: date, last: date) -> str:
    said = f"{first.month}月{first.day}日"
    return said if first == last else f"{said}至{last.month}月{last.day}日"


class DaysForm(forms.Form):
    """A year's notice: typed in, or read from a table."""

    year = forms.IntegerField(
        label="年份",
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        widget=forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric"}),
    )
    source = f.line(
        "依据", required=True, most=200, help_text="放假通知的名称或文号，如 国办发明电〔2026〕×号。"
    )
    holidays = f.text(
        "放假", rows=4, help_text="照通知写，包括其中的周末，如：1月1日至3日、10月1日至7日、4月4日。"
    )
    workdays = f.text("调休上班", rows=2, help_text="周末上班的日子，如：9月27日、10月10日。")
    table = f.OneFile(
        label="或从表格读入（CSV）",
        required=False,
        help_text="每行一天，两列：日期、放假或上班。选了文件的，以文件为准。",
        widget=forms.ClearableFileInput(attrs={"class": "form-control", "accept": ".csv,.txt"}),
    )

    def clean(self) -> dict[str, Any]:
        """Read the days, from the table where there is one, and check them as one year."""
        given = dict(super().clean() or self.cleaned_data)
        year = given.get("year")
        if year is None or self.errors:
            return given
        if given.get("table"):
            self._from_table(given, year)
        else:
            self._from_words(given, year)
        if not self.errors:
            try:
                given["days"] = CalendarYear(
                    year, frozenset(given["off"]), frozenset(given["on"]), given["source"]
                )
            except CalendarInvalid as error:
                self.add_error(None, str(error))
        return given

    def _from_words(self, given: dict[str, Any], year: int) -> None:
        for field, name in (("holidays", "off"), ("workdays", "on")):
            try:
                given[name] = read_days(given.get(field, ""), year)
            except forms.ValidationError as error:
                self.add_error(field, error)

    def _from_table(self, given: dict[str, Any], year: int) -> None:
        given["off"], given["on"] = [], []
        for number, (day, what) in enumerate(self._rows(given["table"]), 1):
            if number == 1 and not any(c.isdigit() for c in day):
                continue  # the heading
            name = "off" if what in _OFF else "on" if what in _ON else ""
            try:
                found = read_days(day, year)
            except forms.ValidationError as error:
                self.add_error("table", f"第{number}行：{error.messages[0]}")
                continue
            if name and found:
                given[name] += found
            else:
                self.add_error("table", f"第{number}行：应是“日期，放假”或“日期，上班”。")

    def _rows(self, file: Any) -> list[tuple[str, str]]:
        if file.size > _MOST:
            self.add_error("table", "文件太大，不像一年的放假安排。")
            return []
        content = file.read()
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("gb18030", errors="replace")
        rows = [[cell.strip() for cell in row] for row in csv.reader(text.splitlines())]
        return [(row[0], row[1] if len(row) > 1 else "") for row in rows if any(row)]
