"""Tiers (分档) of units by what share of their items is finished and what share is overdue. Tiers are of units, never of people,
and nothing is ranked: inside a tier the units stand in their own order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bihuan.rules.errors import Invalid

#: What a setting says to have no tiers.
OFF = frozenset({"", "off", "关闭"})
DEFAULT = "好 60 0，较好 0 0，一般 0 10，需加力"

_TIER = re.compile(r"(\S+?)(?:\s+(\d{1,3})%?\s+(\d{1,3})%?)?")


class TiersInvalid(Invalid):
    """分档的设置有误。"""

    code = "tiers-invalid"
    default_hint = (
        f"BIHUAN_TIERS 写成“{DEFAULT}”：名称、销号率下限、逾期率上限；最后一档只写名称；不分档写 off。"
    )


@dataclass(frozen=True)
class Tier:
    """Units of which at least ``finished`` percent of the items are closed and at most ``overdue`` percent overdue.

    ``last`` takes whatever no tier before it does.
    """

    name: str
    finished: int = 0
    overdue: int = 100
    last: bool = False

    def takes(self, registered: int, finished: int, overdue: int) -> bool:
        """Whether a unit with these numbers of items belongs here; the shares are compared exactly, not as they are printed."""
        enough = finished * 100 >= self.finished * registered
        return self.last or (enough and overdue * 100 <= self.overdue * registered)

    @property
    def definition(self) -> str:
        """What a unit here has done, in words."""
        if self.last:
            return "其余单位"
        parts = [f"销号率不低于{self.finished}%"] if self.finished else []
        parts.append(f"逾期率不高于{self.overdue}%" if self.overdue else "没有逾期")
        return "，".join(parts)


@dataclass(frozen=True)
class Tiers:
    """The tiers in their order; a unit belongs to the first that takes it. Empty: there are none."""

    tiers: tuple[Tier, ...] = ()

    @classmethod
    def read(cls, text: str) -> Tiers:
        """Read ``好 60 0，较好 0 0，一般 0 10，需加力``. Raises TiersInvalid and names the part that is wrong."""
        if text.strip().lower() in OFF:
            return cls()
        parts = [p.strip() for p in re.split("[,，;；]", text)]
        made = tuple(_tier(part, last=no == len(parts)) for no, part in enumerate(parts, 1))
        if len({tier.name for tier in made}) < len(made):
            raise TiersInvalid("分档的名称重复。")
        return cls(made)

    def of(self, registered: int, finished: int, overdue: int) -> Tier:
        """Return the tier of a unit with these numbers of items; ``registered`` is not 0, and there are tiers."""
        return next(t for t in self.tiers if t.takes(registered, finished, overdue))


def _tier(part: str, *, last: bool) -> Tier:
    found = _TIER.fullmatch(part)
    if found is None or (found[2] is None) != last:
        raise TiersInvalid(f"分档“{part}”读不懂。")
    if last:
        return Tier(found[1], last=True)
    least, most = int(found[2]), int(found[3])
    if least > 100 or most > 100:
        raise TiersInvalid(f"分档“{part}”的比例应在 0 到 100 之间。")
    return Tier(found[1], least, most)
