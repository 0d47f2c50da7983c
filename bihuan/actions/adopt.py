"""A register adopts a new version of its procedure; its items go on under the old one unless they are migrated on purpose."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from bihuan.ledger import derive
from bihuan.ledger.append import Ledger, writing
from bihuan.ledger.due import catch_up
from bihuan.ledger.fitting import misfit
from bihuan.ledger.tables import Row, scan
from bihuan.rules.errors import Invalid, NotAllowed, NotFound
from bihuan.rules.events import ItemMigrated, RegisterChanged
from bihuan.rules.permissions import DUTIES, Actor, Duty

_PAGE = 500


@dataclass
class Adopted:
    """How many items follow the new version now, and the numbers of those that could not, by the reason why."""

    migrated: int = 0
    left: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


def adopt_procedure(
    actor: Actor,
    now: datetime,
    register: int,
    procedure: int,
    *,
    migrate: bool = False,
    reason: str = "",
    using: str = "default",
) -> Adopted:
    """Let what is registered in ``register`` from now on follow the version ``procedure`` (its id).

    With ``migrate`` the items that are not over follow it too, and their colours and timers with it; an item stays where the
    new version does not fit what is under way. Raises NotFound, NotAllowed or Invalid.
    """
    with writing(now, using) as ledger:
        ledger.lock_all()
        row = ledger.rows.find("register", register)
        if row is None:
            raise NotFound(f"没有编号为 {register} 的清单。")
        if not actor.holds(DUTIES[Duty.CAMPAIGNS], ledger.rows.get("unit", row["unit_id"])["path"]):
            raise NotAllowed("换用规程须由建立清单的督办员办理。")
        version = _version(ledger, row, procedure)
        if row["procedure_id"] != procedure:
            ledger.append(RegisterChanged(register=register, procedure=procedure), actor)
        return _migrate(ledger, actor, register, version, reason.strip()) if migrate else Adopted()


def _version(ledger: Ledger, register: Row, procedure: int) -> Row:
    found = ledger.rows.find("procedure", procedure)
    if found is None:
        raise NotFound(f"没有编号为 {procedure} 的规程。")
    if found["code"] != ledger.rows.get("procedure", register["procedure_id"])["code"]:
        raise Invalid("清单只能换用同一规程的其他版本。", hint="要用另一种规程，请新建清单。")
    return found


def _migrate(ledger: Ledger, actor: Actor, register: int, version: Row, reason: str) -> Adopted:
    adopted, procedure = Adopted(), derive.parsed(version["text"])
    for item in _items(ledger, register, version["id"]):
        catch_up(ledger, item, ledger.now)
        why = misfit(ledger.rows, item, procedure)
        if why:
            adopted.left[why].append(item["number"])
            continue
        at = max(ledger.now, item["changed_at"])
        event = ItemMigrated(procedure=version["id"], version=version["version"], reason=reason)
        ledger.append(event, actor, item=item["id"], at=at)
        catch_up(ledger, item, at)  # what the new version calls for at once
        adopted.migrated += 1
    return adopted


def _items(ledger: Ledger, register: int, procedure: int) -> Iterator[Row]:
    """Yield the items of the register that are not over and follow another version; each page is written before the next."""
    where = f'"register_id"={int(register)} AND "procedure_id"<>{int(procedure)} AND {derive.TIMED_ITEMS}'
    for page in scan(ledger.connection, ledger.rows.table("item"), where, page=_PAGE):
        ledger.hold(row["id"] for row in page)
        yield from (ledger.rows.get("item", row["id"]) for row in page)
        ledger.checkpoint()
