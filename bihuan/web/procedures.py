"""Procedures as pages need them: by register or item, and what they call the states."""

from __future__ import annotations

from collections.abc import Iterable

from bihuan.ledger.derive import parsed
from bihuan.models import Item, Procedure, Register
from bihuan.queries.item import state_name
from bihuan.rules import procedure_types as types


def procedure_of_register(register: Register) -> types.Procedure:
    """Return the procedure version that new items of ``register`` follow."""
    return parsed(Procedure.objects.get(pk=register.procedure_id).text)


def procedures_of(ids: Iterable[int]) -> dict[int, types.Procedure]:
    """Return the procedure versions with these ids."""
    rows = Procedure.objects.filter(pk__in=set(ids)).values_list("id", "text")
    return {pk: parsed(text) for pk, text in rows}


def state_labels(items: Iterable[Item]) -> dict[int, str]:
    """Return, by item id, the state as the item's own procedure calls it."""
    kept = list(items)
    procedures = procedures_of(i.procedure_id for i in kept)
    return {i.pk: state_name(i.state, procedures[i.procedure_id]) for i in kept}
