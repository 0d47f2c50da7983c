"""Institutions (建章立制): drafted because of items, issued under a number, revised, kept after review, repealed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from bihuan.actions.step import REFUSALS, unit_row
from bihuan.ledger.append import Ledger, writing
from bihuan.ledger.blobs import Blob, Upload, store
from bihuan.ledger.due import catch_up
from bihuan.ledger.tables import Row
from bihuan.rules import events as ev
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import Invalid, Needs, NotAllowed, NotFound
from bihuan.rules.institution import NUMBER, InstitutionState, institution_allowed
from bihuan.rules.permissions import DUTIES, ROLE_NAMES, Actor, Duty, Role


@dataclass(frozen=True)
class Instituted:
    """What a step led to: the institution, its number ("" for a draft), its state, and the seq of the last entry."""

    institution: int
    number: str
    state: str
    seq: int


def draft_institution(
    actor: Actor,
    now: datetime,
    title: str,
    unit: int,
    basis: str,
    items: Sequence[int],
    *,
    using: str = "default",
) -> Instituted:
    """Begin a rule that ``unit`` is to issue because of ``items`` (at least one). Raises Needs, NotFound, NotAllowed or Invalid."""
    given = {"名称": title.strip(), "依据": basis.strip(), "起因事项": items}
    missing = [label for label, value in given.items() if not value]
    if missing:
        raise Needs(f"起草制度还缺：{'、'.join(missing)}。")
    with writing(now, using) as ledger:
        rows = _held(ledger, items)
        place = unit_row(ledger, unit)
        _demand(ledger, actor, place, rows)
        ids = [r["id"] for r in rows]
        seq = ledger.append(
            ev.InstitutionDrafted(
                title=title.strip(), unit=unit, office=rows[0]["office_id"], basis=basis.strip(), items=ids
            ),
            actor,
        )
        _cause(ledger, actor, rows, seq, title.strip())
        return Instituted(seq, "", InstitutionState.DRAFTED, ledger.last)


def _held(ledger: Ledger, items: Iterable[int]) -> list[Row]:
    """Hold the items and bring their clocks up, before anything is entered; in the order given. Raises NotFound."""
    ids = list(dict.fromkeys(items))
    ledger.hold(ids)
    rows = []
    for item in ids:
        row = ledger.item(item)
        if row is None:
            raise NotFound(f"没有编号为 {item} 的事项。")
        rows.append(row)
    for row in rows:
        catch_up(ledger, row, ledger.now)
    return rows


def _demand(ledger: Ledger, actor: Actor, unit: Row, items: Iterable[Row]) -> None:
    """Raise NotAllowed unless ``actor`` supervises each item, or heads both its owner and the issuing unit."""
    heads = actor.holds({Role.UNIT_HEAD}, unit["path"])
    for item in items:
        office = ledger.rows.get("unit", item["office_id"])["path"]
        owner = ledger.rows.get("unit", item["owner_id"])["path"] if item["owner_id"] else ""
        own = heads and bool(owner) and actor.holds({Role.UNIT_HEAD}, owner)
        if not own and not actor.holds(DUTIES[Duty.INSTITUTE], office):
            raise NotAllowed(
                f"因事项 {item['number']} 建章立制，须由督办单位的{_names()}，或责任单位负责人办理。"
            )


def _names() -> str:
    return "、".join(ROLE_NAMES[r] for r in Role if r in DUTIES[Duty.INSTITUTE])


def _cause(ledger: Ledger, actor: Actor, items: Iterable[Row], institution: int, title: str) -> None:
    for item in items:
        at = max(ledger.now, item["changed_at"])
        ledger.append(
            ev.InstitutionCaused(institution=institution, title=title), actor, item=item["id"], at=at
        )


@contextmanager
def _instituting(
    action: str, institution: int, actor: Actor, now: datetime, using: str, items: Sequence[int] = ()
) -> Iterator[tuple[Ledger, Row, list[Row]]]:
    """Open a transaction for a step with an institution and hold ``items``. Raises NotFound, NotAllowed or WrongState."""
    with writing(now, using) as ledger:
        held = _held(ledger, items)
        ledger.lock()
        row = ledger.rows.find("institution", institution)
        if row is None:
            raise NotFound(f"没有编号为 {institution} 的制度。")
        unit, office = (ledger.rows.get("unit", row[f"{name}_id"]) for name in ("unit", "office"))
        if not (
            actor.holds(DUTIES[Duty.INSTITUTE], office["path"]) or actor.holds({Role.UNIT_HEAD}, unit["path"])
        ):
            raise NotAllowed(f"此项须由“{office['name']}”的{_names()}，或“{unit['name']}”的单位负责人办理。")
        refused = institution_allowed(action, InstitutionState(row["state"]))
        if refused is not None:
            raise REFUSALS[refused.code](refused.why)
        yield ledger, row, held


def link_items(
    institution: int, actor: Actor, now: datetime, items: Sequence[int], *, using: str = "default"
) -> Instituted:
    """Tell further items because of which the rule is made or revised; those that are told already are left alone."""
    if not items:
        raise Needs("补充起因事项还缺：事项。")
    with _instituting("link", institution, actor, now, using, items) as (ledger, row, held):
        _demand(ledger, actor, ledger.rows.get("unit", row["unit_id"]), held)
        new = [i for i in held if ledger.rows.find("cause", (institution, i["id"])) is None]
        if not new:
            raise Invalid("这些事项都已在起因事项中。")
        _cause(ledger, actor, new, institution, row["title"])
        return _done(row, ledger)


def issue_institution(
    institution: int,
    actor: Actor,
    now: datetime,
    review_on: date,
    *,
    issued_on: date | None = None,
    file: Upload | None = None,
    using: str = "default",
) -> Instituted:
    """Issue it on ``issued_on`` (default: today) under the next number of that year; it is reviewed by ``review_on``."""
    blob = _stored(file)
    with _instituting("issue", institution, actor, now, using) as (ledger, row, _):
        day = _day(ledger, issued_on, review_on, "印发")
        series = NUMBER.format(year=day.year, no="{no}")
        no = ledger.next_number(series)
        event = ev.InstitutionIssued(
            institution=institution, no=no, number=NUMBER.format(year=day.year, no=no), series=series,
            issued_on=day.isoformat(), review_on=review_on.isoformat(), digest=blob.digest, file=blob.name,
        )  # fmt: skip
        ledger.append(event, actor)
        return _done(row, ledger)


def _stored(file: Upload | None) -> Blob:
    return store(file) if file else Blob("", "", 0, "")


def _day(ledger: Ledger, day: date | None, review_on: date | None, what: str) -> date:
    """Return the day of a step (default: today). Raises Invalid when it is to come, or the review would not follow it."""
    today = ledger.now.astimezone(CHINA).date()
    found = day or today
    if found > today:
        raise Invalid(f"{what}日期 {found} 还没有到。", hint="请在当天或之后登记。")
    if review_on is not None and review_on <= found:
        raise Invalid(f"复核日期 {review_on} 应晚于{what}日期 {found}。")
    return found


def revise_institution(
    institution: int,
    actor: Actor,
    now: datetime,
    reason: str,
    review_on: date,
    *,
    title: str = "",
    basis: str = "",
    revised_on: date | None = None,
    file: Upload | None = None,
    items: Sequence[int] = (),
    using: str = "default",
) -> Instituted:
    """Revise it under the same number, because of ``reason`` and of further ``items``; what is not given stays as it is."""
    if not reason.strip():
        raise Needs("修订制度还缺：理由。")
    blob = _stored(file)
    with _instituting("revise", institution, actor, now, using, items) as (ledger, row, held):
        _demand(ledger, actor, ledger.rows.get("unit", row["unit_id"]), held)
        day = _day(ledger, revised_on, review_on, "修订")
        if day < row["issued_on"]:
            raise Invalid(f"修订日期 {day} 早于印发日期 {row['issued_on']}。")
        event = ev.InstitutionRevised(
            institution=institution, title=title.strip() or row["title"], basis=basis.strip() or row["basis"],
            revised_on=day.isoformat(), review_on=review_on.isoformat(), reason=reason.strip(), digest=blob.digest,
            file=blob.name,
        )  # fmt: skip
        ledger.append(event, actor)
        new = [i for i in held if ledger.rows.find("cause", (institution, i["id"])) is None]
        _cause(ledger, actor, new, institution, row["title"])
        return _done(row, ledger)


def keep_institution(
    institution: int, actor: Actor, now: datetime, opinion: str, review_on: date, *, using: str = "default"
) -> Instituted:
    """Say that it was reviewed and stays as it is; it is reviewed again by ``review_on``."""
    if not opinion.strip():
        raise Needs("复核制度还缺：意见。")
    with _instituting("keep", institution, actor, now, using) as (ledger, row, _):
        _day(ledger, None, review_on, "本次复核")
        event = ev.InstitutionKept(
            institution=institution, opinion=opinion.strip(), review_on=review_on.isoformat()
        )
        ledger.append(event, actor)
        return _done(row, ledger)


def repeal_institution(
    institution: int,
    actor: Actor,
    now: datetime,
    reason: str,
    *,
    repealed_on: date | None = None,
    using: str = "default",
) -> Instituted:
    """End it; a draft is given up."""
    if not reason.strip():
        raise Needs("废止制度还缺：理由。")
    with _instituting("repeal", institution, actor, now, using) as (ledger, row, _):
        day = _day(ledger, repealed_on, None, "废止")
        event = ev.InstitutionRepealed(
            institution=institution, repealed_on=day.isoformat(), reason=reason.strip()
        )
        ledger.append(event, actor)
        return _done(row, ledger)


def _done(row: Row, ledger: Ledger) -> Instituted:
    return Instituted(row["id"], row["number"], row["state"], ledger.last)
