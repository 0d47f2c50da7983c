"""One step on many items: each is an entry of its own; what is refused is named and the others go on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from bihuan.actions.step import do
from bihuan.models import Item
from bihuan.rules.errors import BihuanError
from bihuan.rules.permissions import Actor

#: The steps whose values can be the same for each of many items.
BULK = ("approve", "assign", "extend", "transfer", "suspend", "resume", "close", "comment")
#: More items than this are not done at one go: nobody would read the preview.
MOST = 500


@dataclass(frozen=True)
class Outcome:
    """What the step does, or did, to one item: the ``item`` and its ``state`` afterwards, or why it is ``refused``."""

    item: Item
    state: str
    refused: str


def do_on_many(
    action: str,
    items: Iterable[Item],
    actor: Actor,
    now: Callable[[], datetime],
    values: Callable[[Item], Mapping[str, Any]],
    *,
    seen: Mapping[int, int],
    for_real: bool,
) -> list[Outcome]:
    """Take the step on each item; a preview does the same and takes everything back.

    ``seen`` are the versions that somebody looked at: what others changed since is refused.
    """
    with transaction.atomic():
        found = [_one(action, item, actor, now(), values(item), seen.get(item.pk)) for item in items]
        if not for_real:
            transaction.set_rollback(True)
    return found


def _one(
    action: str, item: Item, actor: Actor, now: datetime, values: Mapping[str, Any], version: int | None
) -> Outcome:
    try:
        with transaction.atomic():
            done = do(action, item.pk, actor, now, version=version, **values)
            return Outcome(Item.objects.get(pk=item.pk), done.state, "")
    except BihuanError as error:
        return Outcome(item, "", str(error))


def values_for(action: str, item: Item, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of the step for ``item``: assigned without a unit for all, each goes to the one that it names."""
    return {"owner": item.owner_id or None, **given} if action == "assign" else dict(given)
