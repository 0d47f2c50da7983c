"""What verification found, in values and in a clerk's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bihuan.reports.context import FigureValue, LedgerPosition
from bihuan.reports.manifest import Manifest

ERROR, HINT = "error", "hint"


@dataclass(frozen=True)
class Recomputed:
    """What the ledger says now of a manifest's claims.

    ``figures`` maps each of ``manifest.refs`` that still exists to its figure as of ``manifest.as_of``, from the entries up to
    ``manifest.position.seq``; ``position`` is the ledger's position at that entry (the root over the same ``count``
    entries), None where the ledger is shorter.
    """

    figures: Mapping[str, FigureValue]
    position: LedgerPosition | None

    def value(self, ref: str) -> str:
        """The recomputed value of ``ref``; empty where it cannot be recomputed."""
        of_ledger = self.position.figures() if self.position else {}
        found = of_ledger.get(ref) if ref.startswith("ledger.") else self.figures.get(ref)
        return found.value if found else ""


Recompute = Callable[[Manifest], Recomputed]


KINDS = {
    "manifest-missing": ERROR,
    "manifest-unreadable": ERROR,
    "manifest-altered": ERROR,
    "ledger": ERROR,
    "unknown": ERROR,
    "value": ERROR,
    "definition": ERROR,
    "edited": ERROR,
    "removed": ERROR,
    "unlisted": ERROR,
    "cell": ERROR,
    "row": ERROR,
    "wording": HINT,
    "unanchored": HINT,
    "number": HINT,
    "deleted": HINT,
}
"""Every kind of finding (docs/howto/report.md explains them): an error says that the report does not hold, a hint asks a
person to look."""


@dataclass(frozen=True)
class Problem:
    """One finding of one of the ``KINDS``, which gives its ``severity``. Fields that do not apply are empty."""

    kind: str
    message: str
    ref: str = ""
    label: str = ""
    stated: str = ""
    printed: str = ""
    recomputed: str = ""
    place: str = ""
    severity: str = field(init=False, default="")

    def __post_init__(self) -> None:
        object.__setattr__(self, "severity", KINDS[self.kind])


@dataclass(frozen=True)
class Checked:
    """One figure of a report: what it states, what the ledger gives, in how many ``places`` it is printed, and whether all that holds.

    ``printed`` is what stands in the file now, where somebody changed it by hand.
    """

    ref: str
    label: str
    stated: str
    recomputed: str
    places: int
    printed: str
    ok: bool


@dataclass(frozen=True)
class Verdict:
    """``checked`` printed places of ``figures`` distinct figures were compared with the ledger, ``listed`` one by one.

    ``claims`` is the manifest of the report: its campaign, moment and ledger position. None where the file has none.
    """

    checked: int = 0
    figures: int = 0
    problems: tuple[Problem, ...] = field(default_factory=tuple)
    listed: tuple[Checked, ...] = field(default_factory=tuple)
    claims: Manifest | None = None

    @property
    def ok(self) -> bool:
        """Whether everything holds; hints do not count."""
        return not any(problem.severity == ERROR for problem in self.problems)

    @property
    def summary(self) -> str:
        """One line for people."""
        wrong = sum(problem.severity == ERROR for problem in self.problems)
        hints = len(self.problems) - wrong
        held = "全部相符" if self.ok else f"有{wrong}处不符"
        asks = f"；另有{hints}处请人工核对" if hints else ""
        return f"核对了{self.figures}个数据项的{self.checked}处数字，{held}{asks}。"
