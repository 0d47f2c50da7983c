"""Setting aside a sign of false closure: somebody looked, and says why it is none."""

from __future__ import annotations

from datetime import datetime

from bihuan.ledger.append import writing
from bihuan.ledger.due import catch_up
from bihuan.rules import events as ev
from bihuan.rules.errors import Invalid, Needs, NotAllowed, NotFound
from bihuan.rules.permissions import DUTIES, ROLE_NAMES, Actor, Duty, Role
from bihuan.rules.signs import SIGN_NAMES


def dismiss_sign(
    item: int, actor: Actor, now: datetime, sign: str, key: str, reason: str, *, using: str = "default"
) -> int:
    """Enter why the sign (its kind and its key, as ``queries.signs`` gives them) on ``item`` is none; returns the seq.

    Raises NotFound, NotAllowed (also for who handled the item), Needs or Invalid.
    """
    if sign not in SIGN_NAMES or not key:
        raise Invalid("没有这种迹象。", hint=f"可选：{'、'.join(SIGN_NAMES)}。")
    if not reason.strip():
        raise Needs("排除疑点还缺：理由。")
    with writing(now, using) as ledger:
        row = ledger.item(item)
        if row is None:
            raise NotFound(f"没有编号为 {item} 的事项。")
        if not actor.holds(DUTIES[Duty.DISMISS_SIGN], ledger.rows.get("unit", row["office_id"])["path"]):
            names = "、".join(ROLE_NAMES[r] for r in Role if r in DUTIES[Duty.DISMISS_SIGN])
            raise NotAllowed(f"排除疑点须由督办单位的{names}办理。")
        if actor.person and actor.person in row["handled_by"]:
            raise NotAllowed("您办理过这一事项，不能由您排除疑点。", hint="请由其他检查人或督办员核实。")
        catch_up(ledger, row, ledger.now)
        event = ev.ItemSignDismissed(sign=sign, key=key, reason=reason.strip())
        return ledger.append(event, actor, item=item, at=max(ledger.now, row["changed_at"]))
