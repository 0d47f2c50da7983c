"""Collect what is doubtful in a sheet; the same doubt again and again is told once, with its number of places."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bihuan.excel.book import Problem, Severity, letter


@dataclass(slots=True)
class _Repeated:
    problem: Problem
    times: int = 1


class Doubts:
    """The problems of one sheet, in the order in which they were met."""

    def __init__(self, sheet: str) -> None:
        """``sheet``: the sheet's name."""
        self.sheet = sheet
        self._found: list[_Repeated] = []
        self._places: set[Problem] = set()
        self._once: dict[tuple[str, str], _Repeated] = {}

    def at(self, row: int | None, column: int | None, value: str, message: str, severity: Severity) -> None:
        """A doubt at its own place; the very same one is told once."""
        problem = self._problem(row, column, value, message, severity)
        if problem not in self._places:
            self._places.add(problem)
            self._found.append(_Repeated(problem))

    def once(
        self, kind: str, row: int | None, column: int | None, value: str, message: str, severity: Severity
    ) -> None:
        """A doubt that is told at its first place only; ``kind`` and ``value`` make it the same."""
        known = self._once.get((kind, value))
        if known is not None:
            known.times += 1
            return
        entry = self._once[kind, value] = _Repeated(self._problem(row, column, value, message, severity))
        self._found.append(entry)

    def _problem(
        self, row: int | None, column: int | None, value: str, message: str, severity: Severity
    ) -> Problem:
        place = None if column is None else letter(column)
        return Problem(self.sheet, row, place, value, message, severity)

    def all(self) -> list[Problem]:
        """The problems, those met several times with their number of places."""
        return [
            replace(entry.problem, message=f"{entry.problem.message}（同样情况共 {entry.times} 处）")
            if entry.times > 1
            else entry.problem
            for entry in self._found
        ]
