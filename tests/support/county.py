"""The demonstration's county as a world for tests: founded, with a campaign, registers and imported workbooks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from bihuan.actions.house import create_campaign, create_register
from bihuan.demo import people, workbooks
from bihuan.excel.commit import Committed
from bihuan.excel.files import import_file
from tests.support.recall import recalled

START = date(2026, 1, 5)
NOW = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)


@dataclass
class World:
    """A county with one campaign; ``registers`` maps a procedure's code to a register's id."""

    people: people.People
    campaign: int
    registers: dict[str, int]

    def bring(
        self, source: bytes, name: str = "台账.xlsx", *, code: str = "rectification", now: datetime = NOW
    ) -> Committed:
        """Import a workbook as the clerk."""
        return import_file(source, name, self.registers[code], self.people.staff["duban"], now)[1]


def world(*codes: str) -> World:
    """Found the county with a register for each of the procedures ``codes`` (default: rectification)."""
    return recalled((world, codes), lambda: _founded(*codes))


def imported_world() -> World:
    """The county with both workbooks of the demonstration imported."""
    return recalled(imported_world, _imported)


def _founded(*codes: str) -> World:
    county = people.found_county(NOW, accounts=False)
    clerk = county.staff["duban"]
    campaign = create_campaign(clerk, NOW, "作风建设专项整治", county.office)
    registers = {
        code: create_register(clerk, NOW, campaign, f"清单{code}", county.procedures[code])
        for code in codes or ("rectification",)
    }
    return World(county, campaign, registers)


def _imported() -> World:
    made = world("rectification", "task")
    made.bring(workbooks.problems(START), "问题.xlsx")
    made.bring(workbooks.tasks(START), "督查.xlsx", code="task")
    return made
