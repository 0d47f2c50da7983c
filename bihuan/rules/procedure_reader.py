"""Reading a TOML table strictly: every doubt is kept with its line, so that a file's faults are told all at once."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from bihuan.rules.errors import ProcedureInvalid
from bihuan.rules.procedure_lines import Path, lines
from bihuan.rules.procedure_types import UNITS, Span

_SPAN = re.compile(r"([1-9][0-9]{0,3}) (workday|day|workhour|hour|month)s?")
_CHINESE_SPAN = re.compile(r"\s*([1-9][0-9]{0,3})\s*(个?工作日|天|日|个?工作小时|个?小时|个?月)\s*")
_CHINESE_UNITS = {
    "工作日": "workdays",
    "天": "days",
    "日": "days",
    "工作小时": "workhours",
    "小时": "hours",
    "月": "months",
}
DAYS = ("workday", "day", "month")
HOURS = (*DAYS, "workhour", "hour")


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a file: its line (from 1), what is wrong, and what to write instead."""

    line: int
    what: str
    hint: str = ""


class ProcedureFaults(ProcedureInvalid):
    """规程文件有误。"""

    def __init__(self, source: str, problems: tuple[Problem, ...]) -> None:
        """``problems`` are in the order of their lines."""
        self.source = source
        self.problems = problems
        told = "\n".join(f"{source} 第 {p.line} 行：{p.what}{p.hint}" for p in problems)
        super().__init__(f"规程文件有 {len(problems)} 处错误：\n{told}")


@dataclass
class Notes:
    """The problems found so far in one file."""

    source: str
    lines: dict[Path, int]
    problems: list[Problem] = field(default_factory=list)

    def add(self, path: Path, what: str, hint: str = "") -> None:
        """Keep a problem at ``path``, or at the nearest table around it that is written down."""
        while path not in self.lines:
            path = path[:-1]
        self.problems.append(Problem(self.lines[path], what, hint))

    def close(self) -> None:
        """Raise what was found."""
        if self.problems:
            raise ProcedureFaults(self.source, tuple(sorted(self.problems, key=lambda p: p.line)))


def parse(text: str, source: str) -> Reader:
    """Return a reader of the whole text; a text that is no TOML raises :class:`ProcedureFaults` with its line."""
    text = text.removeprefix("\ufeff")  # Notepad begins a file with a mark that TOML does not know
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProcedureFaults(source, (_syntax(str(error), text),)) from None
    except RecursionError:
        raise ProcedureFaults(source, (Problem(1, "括号嵌套太深，不是规程文件。"),)) from None
    return Reader(table, (), Notes(source, lines(text)))


_SYNTAX = {
    "Cannot overwrite": "同一个键写了两次。",
    "Cannot mutate immutable": "同一个键写了两次。",
    "Cannot declare": "同一个表写了两次；多条并列的内容请用双方括号，如 [[columns]]。",
    "Duplicate inline table key": "同一个键写了两次。",
    "Invalid value": "等号后面的值写法不对：文字要用英文双引号括起来，是否写 true 或 false。",
    "Unterminated string": "引号没有成对。",
    "Illegal character": "文字没有写完引号就换行了，或夹有不可见字符。",
    "Expected '='": "键的后面缺少等号，或键名用了中文而没有加引号。",
    "Invalid initial character": "键名只能用英文字母、数字、下划线和连字符。",
    "Unclosed array": "方括号没有成对。",
    "Unclosed inline table": "花括号没有成对，或写成了多行。",
    "Expected ']": "表名的方括号没有成对。",
    "Expected newline": "一行只能写一个键；文字里的引号请换成中文引号。",
    "Invalid statement": "这一行不是“键 = 值”，也不是 [表名]。",
}


def _syntax(message: str, text: str) -> Problem:
    place = re.search(r"at line (\d+), column (\d+)", message)
    line = int(place[1]) if place else text.count("\n") + 1
    hint = next((hint for start, hint in _SYNTAX.items() if message.startswith(start)), "")
    column = f"（第 {place[2]} 列）" if place else "（文件末尾）"
    return Problem(line, f"不合 TOML 的写法{column}。", hint or f"解析器的提示是：{message}。")


def similar(word: str, words: Collection[str]) -> str:
    """A hint that names the most similar of ``words``, "" if none is."""
    found = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    return f"是否想写 {found[0]}？" if found else ""


def closest(word: str, words: Collection[str]) -> str:
    """A hint that names the most similar of ``words``, else all of them."""
    return similar(word, words) or (f"可以写：{'、'.join(words)}。" if words else "")


class Reader:
    """One table. Each method takes a key, checks it, and gives a harmless value where it had to complain."""

    def __init__(self, table: Mapping[str, Any], path: Path, notes: Notes) -> None:
        self.values = table
        self.path = path
        self.notes = notes
        self.known: list[str] = []

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def complain(self, key: str, what: str, hint: str = "") -> None:
        """Keep a problem at ``key`` (``""``: at the table itself)."""
        self.notes.add((*self.path, key) if key else self.path, what, hint)

    def dotted(self, key: str) -> str:
        """The key as one would look for it in the file: ``flow.approval``."""
        return ".".join([*(part for part in self.path if isinstance(part, str)), key])

    def done(self) -> None:
        """Complain of every key that nobody asked for."""
        for key in self.values:
            if key not in self.known:
                self.complain(key, f"不认识的键 {key}。", closest(key, self.known))

    def _take(self, key: str, kind: type, called: str, required: bool) -> Any:
        self.known.append(key)
        value = self.values.get(key)
        if value is None:
            if required:
                self.complain("", f"缺少 {self.dotted(key)}。")
        elif type(value) is not kind:
            self.complain(key, f"{key} 应当是{called}。")
            return None
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not blank; required unless there is a default."""
        value: str | None = self._take(key, str, "文字（用双引号括起来）", default is None)
        if value is None:
            return default or ""
        if not value.strip() and default != "":
            self.complain(key, f"{key} 不能为空。")
        return value.strip()

    def choice(self, key: str, words: Collection[str], default: str | None = None) -> str:
        """One of ``words``, or the default."""
        value = self.text(key, default)
        if value and value != default and value not in words:
            self.complain(key, f"{key} 不能写“{value}”。", closest(value, words))
        return value

    def number(self, key: str, also: str = "") -> str:
        """A pattern of numbers: ``{year}`` and ``{no}``, each once, ``also`` perhaps, and text around them."""
        value = self.text(key)
        marks = sorted(re.findall(r"\{[^{}]*\}|[{}]", value))
        if value and [mark for mark in marks if mark != also] != ["{no}", "{year}"]:
            hint = "请照“问改〔{year}〕{no}号”的样子写，{year} 和 {no} 各出现一次。"
            self.complain(key, f"编号样式“{value}”不能用。", hint)
        return value

    def flag(self, key: str, default: bool | None = None) -> bool:
        """True or false."""
        value: bool | None = self._take(key, bool, " true 或 false（不加引号）", default is None)
        return bool(default) if value is None else value

    def whole(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """A whole number from ``low`` to ``high``."""
        value: int | None = self._take(key, int, "整数（不加引号）", default is None)
        if value is None:
            return low if default is None else default
        if not low <= value <= high:
            self.complain(key, f"{key} 应当在 {low} 到 {high} 之间，现在是 {value}。")
            return low
        return value

    def span(self, key: str, units: Collection[str], required: bool = False) -> Span | None:
        """A length of time in one of ``units``; None if absent (complained of where required)."""
        value: str | None = self._take(key, str, '时长，如 "5 workdays"', required)
        return None if value is None else self._span(key, value, units)

    def spans(self, key: str, units: Collection[str]) -> tuple[Span, ...]:
        """A list of lengths of time that is not empty."""
        found = (self._span(key, value, units) for value in self.texts(key, required=True))
        return tuple(span for span in found if span)

    def _span(self, key: str, value: str, units: Collection[str]) -> Span | None:
        match = _SPAN.fullmatch(value)
        if match is None:
            self.complain(key, f"{key} 的时长“{value}”看不懂。", _span_hint(value))
        elif match[2] not in units:
            allowed = "、".join(f"{unit}s" for unit in units)
            self.complain(key, f"{key} 不能按{UNITS[match[2]].lstrip('个')}计。", f"可以用：{allowed}。")
        else:
            return Span(int(match[1]), match[2])
        return None

    def texts(self, key: str, words: Collection[str] = (), *, required: bool = False) -> tuple[str, ...]:
        """A list of different texts, each one of ``words`` if there are any."""
        values: list[Any] = self._take(key, list, "列表（方括号）", required) or []
        if required and not values and key in self:
            self.complain(key, f"{key} 不能为空。")
        for index, value in enumerate(values):
            self._check_element(key, values[:index], value, words)
        return tuple(value for value in values if isinstance(value, str))

    def _check_element(self, key: str, before: list[Any], value: Any, words: Collection[str]) -> None:
        if not isinstance(value, str) or not value.strip():
            self.complain(key, f"{key} 的每一项都应当是不空的文字。")
        elif value in before:
            self.complain(key, f"{key} 里“{value}”写了两次。")
        elif words and value not in words:
            self.complain(key, f"{key} 里不能写“{value}”。", closest(value, words))

    def table(self, key: str, required: bool = False) -> Reader:
        """A table; an absent one reads as empty, and where it is required one complaint tells of it."""
        value = self._take(key, dict, f"表（[{self.dotted(key)}]）", False)
        notes = self.notes
        if value is None and required:
            if key not in self:
                self.complain("", f"缺少 [{self.dotted(key)}] 表。")
            notes = Notes(notes.source, notes.lines)  # what the missing table lacks is no second fault
        return Reader(value or {}, (*self.path, key), notes)

    def tables(self, key: str, required: bool = False) -> list[Reader]:
        """A list of tables."""
        values: list[Any] = self._take(key, list, f"并列的表（[[{self.dotted(key)}]]）", required) or []
        readers = []
        for index, value in enumerate(values):
            if isinstance(value, dict):
                readers.append(Reader(value, (*self.path, key, index), self.notes))
            else:
                self.complain(key, f"{key} 的每一项都应当是表（[[{self.dotted(key)}]]）。")
        return readers


def _span_hint(value: str) -> str:
    match = _CHINESE_SPAN.fullmatch(value)
    if match is None:
        return '请写数字、空格和单位，如 "5 workdays"、"30 days"、"3 months"、"24 hours"。'
    return f'请写成 "{match[1]} {_CHINESE_UNITS[match[2].removeprefix("个")]}"。'
