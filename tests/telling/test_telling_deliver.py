"""Digests on their way: gathered, at their hours, once each, tried again, given up, and whoever dies on the way."""

from __future__ import annotations

import email
import email.policy
import os
import signal
import subprocess
import sys
import threading
from datetime import datetime, timedelta

import pytest

from bihuan.actions.inbox import mark_read
from bihuan.actions.outlets import add_outlet, remove_outlet
from bihuan.models import Delivery, Message, Outlet
from bihuan.queries.messages import inbox, outlets
from bihuan.rules.clocked import CHINA
from bihuan.rules.digests import RETRIES
from bihuan.rules.errors import Invalid, NotAllowed, NotFound
from bihuan.telling.deliver import LEASE, deliver, recover
from tests.support.tree import ROOT


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


MORNING = at("2026-03-02 15:00")  # the digest after the county's first steps


def outlet(county, gateway, person="", unit="", **values) -> Outlet:
    who = {"person": county.people[person].person} if person else {"unit": county.units[unit]}
    return add_outlet(county.people["admin"], county.now, "gateway", gateway.url, **who, **values)


def states() -> dict[str, int]:
    found: dict[str, int] = {}
    for state in Delivery.objects.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def sent(now: datetime) -> tuple[int, int, int]:
    outcome = deliver(lambda: now)
    return outcome.sent, outcome.messages, outcome.failed


def test_what_a_unit_is_told_goes_out_in_one_digest_at_the_next_time(county, gateway):
    outlet(county, gateway, unit="town")
    one, two = county.at("assigned"), county.at("assigned")
    assert sent(at("2026-03-02 14:59")) == (0, 0, 0)
    assert sent(MORNING) == (1, Delivery.objects.count(), 0)
    (digest,) = gateway.got
    assert digest["title"] == f"闭环督办提醒（{Delivery.objects.count()}条）"
    numbers = [county.row(i).number for i in (one, two)]
    assert [line.partition("：")[0] for line in gateway.lines()] == numbers
    assert states() == {"sent": Delivery.objects.count()}
    assert sent(MORNING) == (0, 0, 0)


def test_a_unit_hears_once_what_two_of_its_people_are_told(county, gateway):
    outlet(county, gateway, unit="town")
    county.at("assigned")
    told = Message.objects.filter(kind="item.assigned")
    assert told.count() == 2
    assert Delivery.objects.filter(seq=told[0].seq).count() == 1


def test_titles_leave_the_house_only_where_that_is_wanted(county, gateway):
    outlet(county, gateway, unit="town", titles=True)
    outlet(county, gateway, person="handler")
    item = county.row(county.at("assigned"))
    sent(MORNING)
    shown = [f"{item.number}“{item.title}”" in digest["message"] for digest in gateway.got]
    assert sorted(shown) == [False, True]


@pytest.mark.parametrize("when", ["2026-03-02 20:00", "2026-03-03 03:00", "2026-03-07 10:00"])
def test_nothing_goes_out_at_night_or_on_a_day_off_even_when_it_is_late(county, gateway, when):
    outlet(county, gateway, unit="town")
    county.at("assigned")
    assert sent(at(when)) == (0, 0, 0)
    assert sent(at("2026-03-09 09:00"))[0] == 1


def test_what_the_procedure_marks_as_urgent_goes_out_at_once(county, gateway):
    outlet(county, gateway, unit="town")
    county.now = at("2026-03-07 02:00")
    item = county.register("task", extra={"urgency": "特急"}, channel="")
    county.to_approved(item)
    county.to_assigned(item)
    county.at("assigned")
    assert sent(county.now)[:2] == (1, Delivery.objects.filter(urgent=True).count())
    assert gateway.got[0]["title"].startswith("【紧急】")
    assert states().keys() == {"sent", "waiting"}


def test_what_was_read_in_the_inbox_is_not_sent(county, gateway):
    outlet(county, gateway, person="handler")
    county.at("assigned")
    mark_read(county.people["handler"].person, None, county.now)
    assert sent(MORNING) == (0, 0, 0)
    assert states().keys() == {"read"}


def test_a_server_that_refuses_is_asked_again_later_and_told_when_it_recovers(county, gateway):
    outlet(county, gateway, unit="town")
    county.at("assigned")
    gateway.mode = "refuse"
    assert sent(MORNING) == (0, 0, 1)
    waiting = Delivery.objects.first()
    assert (waiting.state, waiting.attempts, waiting.next_at) == ("waiting", 1, MORNING + RETRIES[0])
    assert "500" in waiting.reason
    assert str(gateway.port) not in waiting.reason
    gateway.mode = "take"
    assert sent(MORNING + timedelta(seconds=30)) == (0, 0, 0)
    assert sent(MORNING + RETRIES[0])[0] == 1
    assert not any("此前" in line for line in gateway.lines())


def test_a_server_that_never_answers_may_have_taken_it_and_the_next_digest_says_so(county, gateway):
    gateway.patience = 2
    outlet(county, gateway, unit="town")
    county.at("assigned")
    gateway.mode = "hang"
    assert sent(MORNING) == (0, 0, 1)
    gateway.mode = "take"
    assert sent(MORNING + RETRIES[0])[0] == 1
    assert gateway.lines()[-1].endswith("（此前可能已送达）。")


def test_what_fails_for_ever_is_given_up_and_stays_in_the_inbox(county, gateway):
    outlet(county, gateway, person="handler")
    county.at("assigned")
    gateway.mode = "refuse"
    now = MORNING
    for _ in range(len(RETRIES) + 1):
        now = max(now, at(f"{now.astimezone(CHINA).date()} 09:00"))
        now = Delivery.objects.first().next_at
        while sent(now) == (0, 0, 0):
            now += timedelta(hours=1)
    assert states().keys() == {"given-up"}
    assert len(gateway.got) == len(RETRIES) + 1
    told, _ = inbox(county.people["handler"].person)
    assert {(w.state, w.attempts) for t in told for w in t.ways} == {("多次失败，不再发送", len(RETRIES) + 1)}
    assert outlets()[0][1:] == ({"given-up": len(told)}, Delivery.objects.first().reason)


def test_a_mail_reaches_its_reader(county, mails, settings):
    settings.MAIL_SERVER = f"mailto://127.0.0.1:{mails.port}?from=duban@example.gov.cn&mode=insecure"
    settings.SITE = "https://b.example.gov.cn"
    handler = county.people["handler"].person
    add_outlet(county.people["admin"], county.now, "mail", "li@example.gov.cn", person=handler)
    item = county.row(county.at("assigned"))
    assert sent(MORNING)[0] == 1
    ((to, content),) = mails.got
    message = email.message_from_bytes(content, policy=email.policy.default)
    body = message.get_body(("plain",)).get_content()
    assert (to, message["Subject"]) == ("li@example.gov.cn", f"闭环督办提醒（{Delivery.objects.count()}条）")
    assert f"{item.number}“{item.title}”：" in body
    assert "https://b.example.gov.cn/inbox/" in body


def test_without_a_mail_server_the_reason_says_what_to_set(county):
    handler = county.people["handler"].person
    add_outlet(county.people["admin"], county.now, "mail", "li@example.gov.cn", person=handler)
    county.at("assigned")
    assert sent(MORNING) == (0, 0, 1)
    assert "BIHUAN_MAIL" in Delivery.objects.first().reason


def test_a_secret_is_kept_encrypted_and_forgotten_with_its_outlet(county, gateway):
    made = outlet(county, gateway, unit="town")
    assert gateway.url not in made.secret
    county.at("assigned")
    waiting = Delivery.objects.count()
    assert remove_outlet(county.people["admin"], county.now, made.pk) == waiting
    assert Outlet.objects.get().secret == ""
    assert sent(MORNING) == (0, 0, 0)
    before = Delivery.objects.count()
    county.at("assigned")
    assert Delivery.objects.count() == before
    with pytest.raises(NotFound):
        remove_outlet(county.people["admin"], county.now, made.pk)


def test_outlets_are_the_system_administrators_and_belong_to_one_person_or_one_unit(county):
    admin, now = county.people["admin"], county.now
    with pytest.raises(NotAllowed, match="系统管理员"):
        add_outlet(county.people["supervisor"], now, "mail", "a@b.cn", unit=county.units["town"])
    for both in ({}, {"person": 1, "unit": 1}):
        with pytest.raises(Invalid, match="要么"):
            add_outlet(admin, now, "mail", "a@b.cn", **both)
    with pytest.raises(NotFound):
        add_outlet(admin, now, "mail", "a@b.cn", person=10**9)


SEND = """
import sys, django
from datetime import datetime
django.setup()
from bihuan.telling.deliver import deliver
now = datetime.fromisoformat(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
deliver(lambda: now)
"""


def sender(database, now: datetime = MORNING) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", SEND, now.isoformat()],
        cwd=ROOT, env=database.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout.readline() == "ready\n"
    return process


def go(*processes: subprocess.Popen[str]) -> None:
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        with process:
            process.wait(60)


@pytest.fixture
def committed(own_database, gateway):
    """A ledger in a database of its own with a unit that is told of four items."""
    from tests.actions.county import County

    database = own_database()
    county = County()
    outlet(county, gateway, unit="town")
    for _ in range(4):
        county.at("assigned")
    return database


@pytest.mark.usefixtures("committed")
def test_a_sender_that_dies_after_the_other_side_took_it_leaves_nothing_lost_and_repeats_nothing_in_silence(
    committed, gateway
):
    process = sender(committed)
    gateway.before = lambda: os.kill(process.pid, signal.SIGKILL)
    go(process)
    gateway.before = None
    assert states().keys() == {"sending"}
    assert sent(MORNING + timedelta(minutes=1)) == (0, 0, 0)
    late = MORNING + LEASE + timedelta(minutes=1)
    assert sent(late) == (0, 0, 0)  # not urgent: with the next digest
    assert sent(at("2026-03-03 09:00"))[0] == 1
    first, second = gateway.got
    assert "此前" not in first["message"]
    assert second["message"].count("（此前可能已送达）") == 4
    assert states().keys() == {"sent"}


def test_two_senders_at_once_send_each_message_once(committed, gateway):
    go(*[sender(committed) for _ in range(2)])
    assert len(gateway.got) == 1
    assert states() == {"sent": Delivery.objects.count()}


def test_senders_that_are_killed_at_any_moment_lose_nothing(committed, gateway):
    now = MORNING
    for pause in (0.01, 0.1, 0.4):
        process = sender(committed, now)
        killer = threading.Timer(pause, process.kill)
        killer.start()
        go(process)
        killer.cancel()
        killer.join()
        now = at("2026-03-03 09:00") if recover(now + 2 * LEASE, *_hours()) else now
    for day in ("2026-03-04", "2026-03-05"):
        sent(at(f"{day} 09:00"))
        recover(at(f"{day} 10:00"), *_hours())
    assert states().keys() == {"sent"}
    told = [line.partition("：")[0] for line in gateway.lines()]
    assert len(set(told)) == 4
    again = [line for digest in gateway.got[1:] for line in digest["message"].split("\n")[:-1]]
    assert all(line.endswith("（此前可能已送达）。") for line in again)


def _hours():
    from django.conf import settings

    from bihuan.rules.calendar import Calendar

    return settings.DIGEST_HOURS, Calendar.builtin()
