"""A measured figure: its value, the reference measured beside it, and whether the target holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Bound = Literal["most", "least"]
_SIGNS = {"most": "≤", "least": "≥"}


@dataclass(frozen=True)
class Reference:
    """What a value is compared with, measured in the same run: a Chinese label and the value in the same unit."""

    label: str
    value: float


@dataclass(frozen=True)
class Figure:
    """One line of the result.

    ``limit`` bounds the ratio of ``value`` to ``reference`` where ``relative``, else the value itself. ``details`` are
    further numbers that help to understand it.
    """

    subject: str
    name: str
    label: str
    value: float
    unit: str
    bound: Bound
    limit: float
    relative: bool = False
    reference: Reference | None = None
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """The value as a multiple of the reference's."""
        if self.reference is None or not self.reference.value:
            return None
        return self.value / self.reference.value

    @property
    def holds(self) -> bool:
        """Whether the target is met."""
        judged = self.ratio if self.relative else self.value
        if judged is None:
            return False
        return judged <= self.limit if self.bound == "most" else judged >= self.limit

    def to_data(self) -> dict[str, Any]:
        """Return the figure as it is printed."""
        ratio = self.ratio
        return {
            "subject": self.subject,
            "name": self.name,
            "label": self.label,
            "value": _short(self.value),
            "unit": self.unit,
            "reference": None if self.reference is None else {
                "label": self.reference.label, "value": _short(self.reference.value)
            },
            "ratio": None if ratio is None else _short(ratio),
            "target": {"of": "ratio" if self.relative else "value", "bound": self.bound, "limit": self.limit},
            "holds": self.holds,
            "details": self.details,
        }  # fmt: skip

    def line(self) -> str:
        """Return the figure as a person reads it."""
        told = f"{'√' if self.holds else '×'} {self.label}：{_short(self.value)} {self.unit}"
        if self.reference is not None and self.ratio is not None:
            told += f"，{self.reference.label} {_short(self.reference.value)}，比值 {_short(self.ratio)}"
        what = "比值" if self.relative else ""
        return f"{told}（要求{what}{_SIGNS[self.bound]} {self.limit:g}）"


def _short(value: float) -> float:
    """Four significant digits: more would be noise."""
    return float(f"{value:.4g}")
