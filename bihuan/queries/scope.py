"""What somebody's pages cover: the campaigns and registers they may open, and whose items there."""

from __future__ import annotations

from functools import cached_property

from bihuan.models import Campaign, Helper, Item, Register, Tally
from bihuan.queries.people import visible_units
from bihuan.rules.errors import NotAllowed
from bihuan.rules.permissions import Actor, Duty


class Scope:
    """The reach of one person; read once, kept for the length of a request."""

    def __init__(self, actor: Actor, using: str = "default") -> None:
        self.actor = actor
        self._using = using

    @cached_property
    def units(self) -> frozenset[int] | None:
        """The units whose items may be read; None is all."""
        return visible_units(self.actor, self._using)

    @cached_property
    def registers(self) -> list[Register]:
        """The registers that hold something this person may read, in the order in which they were opened."""
        found = list(Register.objects.using(self._using).order_by("id"))
        units = self.units
        if units is None:
            return found
        others = any(r.unit_id not in units for r in found)
        touched = self._touched(units) if others else set()
        return [r for r in found if r.unit_id in units or r.pk in touched]

    def _touched(self, units: frozenset[int]) -> set[int]:
        """The registers with an item that one of ``units`` owns (by the counters) or helps with."""
        owned = Tally.objects.using(self._using).filter(facet="unit", label__in=[str(u) for u in units])
        helped = Helper.objects.using(self._using).filter(unit_id__in=units).values("item_id")
        items = Item.objects.using(self._using).filter(pk__in=helped)
        return {
            *owned.order_by().values_list("register_id", flat=True).distinct(),
            *items.order_by().values_list("register_id", flat=True).distinct(),
        }

    @cached_property
    def campaigns(self) -> list[Campaign]:
        """The campaigns of these registers, newest first; whoever sees everything also sees the empty ones."""
        found = Campaign.objects.using(self._using).order_by("-id")
        if self.units is None:
            return list(found)
        touched = {r.campaign_id for r in self.registers}
        return [c for c in found if c.unit_id in self.units or c.pk in touched]

    @cached_property
    def whole(self) -> list[Campaign]:
        """The campaigns of which this person sees every item: what tells of a whole campaign is open to them."""
        return [c for c in self.campaigns if all(self.units_in(r) is None for r in self.registers_in(c))]

    def registers_in(self, campaign: Campaign) -> list[Register]:
        """The registers of ``campaign`` among these."""
        return [r for r in self.registers if r.campaign_id == campaign.pk]

    def within(self, campaign: Campaign) -> tuple[list[Register], frozenset[int] | None]:
        """The registers of ``campaign`` among these, and the units whose items there may be read; None is all."""
        registers = self.registers_in(campaign)
        return registers, self.units_in(registers[0]) if registers else self.units

    def reads(self, register_id: int, owner: int) -> bool:
        """Whether this person may read an item of a register that the unit ``owner`` answers for."""
        register = next((r for r in self.registers if r.pk == register_id), None)
        if register is None or not self.actor.may(Duty.READ):
            return False
        units = self.units_in(register)
        return units is None or owner in units

    def register(self, register_id: int) -> Register:
        """Return one of these registers. Raises NotAllowed, also for one that does not exist: nothing is given away."""
        found = next((r for r in self.registers if r.pk == register_id), None)
        if found is None:
            raise NotAllowed("没有这个清单，或它不属于您的单位。")
        return found

    def units_in(self, register: Register) -> frozenset[int] | None:
        """Whose items in ``register`` may be read; the unit that runs it reads all of them (None)."""
        return None if self.units is None or register.unit_id in self.units else self.units
