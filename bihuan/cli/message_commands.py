"""messages, feed."""

from __future__ import annotations

from typing import Any

import click

from bihuan.actions.feeds import make_feed, revoke_feed
from bihuan.actions.inbox import mark_read
from bihuan.actions.outlets import add_outlet, demand_outlets, remove_outlet
from bihuan.cli.output import REFUSED, answer, instant, tell
from bihuan.cli.people import acting, as_option, current
from bihuan.models import Account
from bihuan.queries.messages import COUNTED, feeds, inbox, outlet_of, outlets, unread
from bihuan.queries.people import directory, person_names
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import NotFound
from bihuan.rules.outlets import OUTLETS
from bihuan.rules.permissions import Duty
from bihuan.telling.deliver import deliver
from bihuan.telling.outlet import try_out

_JSON = click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")
_PERSON = click.option("--person", "person_name", metavar="用户名", help="属于哪个人。")
_UNIT = click.option("--unit", "unit_name", metavar="单位", help="属于哪个单位。")


@click.group()
def messages() -> None:
    """消息：收件箱，电子邮件和群机器人的汇总。"""


@messages.command("list")
@click.option("--unread", "only_unread", is_flag=True, help="只看未读。")
@click.option("--read", "read_all", is_flag=True, help="看完后全部标为已读。")
@click.option("--most", type=click.IntRange(1, 1000), default=50, show_default=True, help="最多列出几条。")
@as_option
@_JSON
def list_(only_unread: bool, read_all: bool, most: int, as_name: str | None, as_json: bool) -> None:
    """列出收件箱，未读在前；写明每条通过什么途径发出、结果如何。"""
    actor = acting(as_name)
    told, more = inbox(actor.person, unread_only=only_unread, most=most)
    rows: list[dict[str, Any]] = [
        {
            "entry": t.message.seq, "item": t.message.number, "title": t.message.title, "what": t.message.what,
            "urgent": t.message.urgent, "told_at": t.message.told_at, "read_at": t.message.read_at,
            "ways": [vars(w) for w in t.ways],
        }
        for t in told
    ]  # fmt: skip
    count = unread(actor.person)
    text = "\n".join(_line(row) for row in rows) or "没有消息。"
    answer({"unread": count, "messages": rows, "more": more}, as_json=as_json, text=text)
    counted = f"{count}条" if count <= COUNTED else f"{COUNTED}条以上"
    tell(f"未读{counted}{'，还有更早的，用 --most 列出' if more else ''}。")
    if read_all:
        tell(f"已将{mark_read(actor.person, None, current())}条标为已读。")


def _line(row: dict[str, Any]) -> str:
    ways = (
        f"〔{w['outlet']}：{w['state']}{'，' + w['reason'] if w['reason'] else ''}〕" for w in row["ways"]
    )
    new, at = "　" if row["read_at"] else "●", row["told_at"].astimezone(CHINA)
    return f"{new}{at:%Y-%m-%d %H:%M}　{row['item']}“{row['title']}”：{row['what']}{''.join(ways)}"


@messages.command("send")
@click.option("--now", "now_text", metavar="时间", help="当作现在是这个时间（默认：现在）。")
@_JSON
@click.pass_context
def send_(ctx: click.Context, now_text: str | None, as_json: bool) -> None:
    """发出该发的汇总（bihuan worker 会自动做）；夜间和休息日只发紧急的。"""
    fixed = instant(now_text, current())
    outcome = deliver(current if fixed is None else lambda: fixed)
    text = f"发出{outcome.sent}份汇总，共{outcome.messages}条消息；{outcome.failed}份没有发成。"
    answer(vars(outcome), as_json=as_json, text=text)
    if outcome.failed:
        tell("原因见 bihuan messages outlets；会自动再试。")
        ctx.exit(REFUSED)


@messages.command("outlets")
@as_option
@_JSON
def outlets_(as_name: str | None, as_json: bool) -> None:
    """列出消息通道和各自的发送情况；密钥和地址不显示。"""
    demand_outlets(acting(as_name))
    rows: list[dict[str, Any]] = [
        {"id": o.pk, "name": o.name, "kind": o.kind, "titles": o.titles, "counts": counts, "failure": failure}
        for o, counts, failure in outlets()
    ]
    lines = [
        f"{r['id']}　{r['name']}　待发送{r['counts'].get('waiting', 0)}　已送达{r['counts'].get('sent', 0)}"
        f"　不再发送{r['counts'].get('given-up', 0)}{'　最近失败：' + r['failure'] if r['failure'] else ''}"
        for r in rows
    ]
    answer({"outlets": rows}, as_json=as_json, text="\n".join(lines) or "还没有消息通道。")


@messages.command()
@click.argument("kind", metavar="种类", type=click.Choice(list(OUTLETS)))
@_PERSON
@_UNIT
@click.option("--titles/--no-titles", default=None, help="汇总里写不写事项名称（默认：只有邮件写）。")
@click.password_option(
    "--secret",
    prompt="邮件地址或机器人地址",
    confirmation_prompt=False,
    help="不写则提示输入，不留在命令历史里。",
)
@as_option
@_JSON
def add(
    kind: str, person_name: str | None, unit_name: str | None, titles: bool | None, secret: str, as_name: str | None, as_json: bool
) -> None:  # fmt: skip
    """为一个人或一个单位添加消息通道：mail、wecom、dingtalk、feishu、gateway。由系统管理员办理。"""
    outlet = add_outlet(
        acting(as_name), current(), kind, secret, person=_person(person_name), unit=_unit(unit_name), titles=titles
    )  # fmt: skip
    answer({"id": outlet.pk, "name": outlet.name}, as_json=as_json, text=f"{outlet.pk}　{outlet.name}")
    tell(f"已添加。发一条试试：bihuan messages test {outlet.pk}")


@messages.command()
@click.argument("outlet_id", metavar="编号", type=int)
@as_option
@_JSON
def remove(outlet_id: int, as_name: str | None, as_json: bool) -> None:
    """停用一个消息通道并删去它的密钥。"""
    dropped = remove_outlet(acting(as_name), current(), outlet_id)
    answer(
        {"id": outlet_id, "given_up": dropped},
        as_json=as_json,
        text=f"已停用，{dropped}条待发送的消息不再发送。",
    )


@messages.command()
@click.argument("outlet_id", metavar="编号", type=int)
@as_option
@_JSON
@click.pass_context
def test(ctx: click.Context, outlet_id: int, as_name: str | None, as_json: bool) -> None:
    """向一个消息通道发一条测试消息，说明通不通。"""
    demand_outlets(acting(as_name))
    outlet = outlet_of(outlet_id)
    reason = try_out(outlet)
    text = f"没有发成：{reason}" if reason else "已发出，请到对方那里确认收到。"
    answer({"id": outlet_id, "sent": not reason, "reason": reason}, as_json=as_json, text=text)
    if reason:
        ctx.exit(REFUSED)


@click.group()
def feed() -> None:
    """日历订阅：把办理时限放进日历软件。"""


@feed.command("make")
@_UNIT
@as_option
@_JSON
def make(unit_name: str | None, as_name: str | None, as_json: bool) -> None:
    """为自己（或一个单位）建一个订阅地址；地址只显示这一次。"""
    made, token = make_feed(acting(as_name), current(), unit=_unit(unit_name))
    path = f"/calendar/{token}.ics"
    answer({"id": made.pk, "path": path}, as_json=as_json, text=path)
    tell("请在前面加上网页的地址，填入日历软件的“订阅”。谁有这个地址谁就能看到时限。")


@feed.command("list")
@as_option
@_JSON
def feed_list(as_name: str | None, as_json: bool) -> None:
    """列出自己的订阅（系统管理员：所有人的）；地址不显示。"""
    actor = acting(as_name)
    found = feeds(None if actor.may(Duty.OUTLETS) else actor.person)
    units, people = directory().labels, person_names({f.person_id for f in found})
    rows = [
        {
            "id": f.pk,
            "person": people.get(f.person_id, ""),
            "unit": units.get(f.unit_id, ""),
            "made_at": f.made_at,
        }
        for f in found
    ]
    text = "\n".join(f"{r['id']}　{r['person']}　{r['unit'] or '本人'}的办理时限" for r in rows)
    answer({"feeds": rows}, as_json=as_json, text=text or "还没有订阅。")


@feed.command()
@click.argument("feed_id", metavar="编号", type=int)
@as_option
@_JSON
def revoke(feed_id: int, as_name: str | None, as_json: bool) -> None:
    """停用一个订阅，原来的地址不再有效。"""
    revoke_feed(acting(as_name), current(), feed_id)
    answer({"id": feed_id}, as_json=as_json, text="已停用。")


def _person(name: str | None) -> int:
    if name is None:
        return 0
    account = Account.objects.filter(name=name, is_active=True).first()
    if account is None:
        raise NotFound(f"没有用户名为“{name}”的账号。")
    return account.person_id


def _unit(name: str | None) -> int:
    if name is None:
        return 0
    found = directory().id_of(name)
    if found is None:
        raise NotFound(f"没有名为“{name}”的单位。")
    return found


COMMANDS = {"messages": messages, "feed": feed}
