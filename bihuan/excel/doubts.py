"""Collect what is doubtful in a sheet; the same doubt again and again is one problem with many places."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from bihuan.excel.book import Problem, Severity, letter


@dataclass(slots=True)
class _Repeated:
    problem: Problem
    also: list[tuple[int | None, str | None]] = field(default_factory=list)


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
        """A doubt that is told at its first place, with the others; ``kind`` and ``value`` make it the same."""
        known = self._once.get((kind, value))
        if known is not None:
            place = (row, None if column is None else letter(column))
            if place != (known.problem.row, known.problem.column) and place not in known.also[-1:]:
                known.also.append(place)
            return
        entry = self._once[kind, value] = _Repeated(self._problem(row, column, value, message, severity))
        self._found.append(entry)

    def _problem(
        self, row: int | None, column: int | None, value: str, message: str, severity: Severity
    ) -> Problem:
        place = None if column is None else letter(column)
        return Problem(self.sheet, row, place, value, message, severity)

    def all(self) -> list[Problem]:
        """The problems, each with all its places."""
        return [
            replace(entry.problem, also=tuple(entry.also)) if entry.also else entry.problem
            for entry in self._found
        ]
