"""What a fact is: a frozen dataclass registered under its kind.

Fields are JSON values (dates are ISO strings, quantities are integers), so that an event is its own canonical form: no
floats, no hidden conversions. A field that equals its default is left out of the entry; ``load`` puts it back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from typing import Any, ClassVar, TypeVar, dataclass_transform

Json = dict[str, Any]


@dataclass(frozen=True)
class Event:
    """A fact. ``kind`` names it in the ledger."""

    kind: ClassVar[str] = ""

    def to_data(self) -> Json:
        """Return the fields that differ from their defaults."""
        data = {}
        for name, default in _DEFAULTS[self.kind]:
            value = getattr(self, name)
            if default is MISSING or value != default:
                data[name] = value
        return data


E_ = TypeVar("E_", bound=Event)
EVENTS: dict[str, type[Event]] = {}
_DEFAULTS: dict[str, tuple[tuple[str, Any], ...]] = {}
#: The fields that an entry of a kind must hold, and all that it may hold.
_NAMES: dict[str, tuple[frozenset[str], frozenset[str]]] = {}


@dataclass_transform(frozen_default=True)
def event(kind: str) -> Callable[[type[E_]], type[E_]]:
    """Make the class a frozen dataclass and register it as the event ``kind``."""

    def register(cls: type[E_]) -> type[E_]:
        made = dataclass(frozen=True)(cls)
        made.kind = kind
        EVENTS[kind] = made
        _DEFAULTS[kind] = tuple((f.name, f.default) for f in fields(made))
        needed = frozenset(name for name, default in _DEFAULTS[kind] if default is MISSING)
        _NAMES[kind] = needed, frozenset(name for name, _ in _DEFAULTS[kind])
        return made

    return register


def load(kind: str, data: Json) -> Event:
    """Return the event that an entry of ``kind`` with ``data`` holds.

    Raises KeyError for an unknown kind, TypeError for a field that is missing or unknown.
    """
    made, (needed, known) = EVENTS[kind], _NAMES[kind]
    if not needed <= data.keys() <= known:
        return made(**data)  # it says which
    loaded = object.__new__(made)
    # a frozen class would set its fields one by one; what is left out is the class's own default
    loaded.__dict__.update(data)
    return loaded
