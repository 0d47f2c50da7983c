"""The columns of a ledger and the field of each."""

from __future__ import annotations

from dataclasses import dataclass, field

from bihuan.excel.book import letter


@dataclass(slots=True)
class Columns:
    """The columns of one ledger. ``fields``: column → field (``extra`` for the rest); a title may have upper levels.

    ``levels``: title columns from the widest to the item's own ones, left to right, where there are several.
    ``guessed``: columns whose words are unknown, by what stands in them. ``refused`` says why the sheet is no ledger; empty when it is one.
    """

    paths: dict[int, tuple[str, ...]]
    fields: dict[int, str]
    levels: list[int] = field(default_factory=list)
    guessed: dict[int, str] = field(default_factory=dict)
    refused: str = ""
    _of: dict[str, list[int]] | None = None

    def of(self, name: str) -> list[int]:
        """The columns of a field, left to right."""
        if self._of is not None:
            return self._of.get(name, [])
        return sorted(column for column, given in self.fields.items() if given == name)

    def first(self, name: str) -> int | None:
        """The first column of a field."""
        return next(iter(self.of(name)), None)

    def settle(self) -> None:
        """Remember the columns of each field: from here on ``fields`` does not change."""
        self._of = {name: self.of(name) for name in {*self.fields.values()}}

    def head(self, column: int) -> str:
        """What a column is called, on one line."""
        return "/".join(self.paths.get(column, ())) or f"{letter(column)}列"
