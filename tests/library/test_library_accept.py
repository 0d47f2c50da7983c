"""One proposed task is one item, whoever accepts it, from whatever file, by the command line or on the page, also at once."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connections
from django.urls import reverse

from bihuan.cli.main import run
from bihuan.library.extract import extract_one
from bihuan.library.store import correct, prepare, store
from bihuan.library.tasks import decompose
from bihuan.library.tasks.accept import Proposal, accept
from bihuan.library.tasks.document import propose
from bihuan.models import Document, Item
from bihuan.rules.calendar import Calendar
from bihuan.web.dates import now

SPEECH = (
    "在全县安全生产会议上的讲话\n（2025年3月5日）\n同志们：\n一、下一步\n县住建局牵头，6月底前完成120处燃气管道改造。\n"
    "各乡镇要在5月底前完成入户排查。\n"
)
#: The same speech as another program writes it: blanks, empty lines, wide digits, a page number, another encoding.
AGAIN = (
    SPEECH.replace("\n", "\r\n\r\n\r\n\u3000\u3000")
    .replace("120处", "１２０ 处")
    .replace("各乡镇", "— 2 —\r\n各乡镇")
    .encode("gb18030")
)


def shelved():
    read = extract_one(SPEECH.encode(), "讲话.txt")
    (stored,) = store(read, prepare(read), now())
    return Document.objects.get(pk=stored.document)


def from_document(document):
    tasks = decompose(document.text, base=date(2025, 3, 5), calendar=Calendar.builtin())
    return [Proposal(n, t, t, document.title, document.text, document.digest) for n, t in enumerate(tasks, 1)]


def from_file(data):
    found = propose(
        extract_one(data, "又.txt"), base=None, today=date(2026, 1, 1), calendar=Calendar.builtin()
    )
    return [
        Proposal(n, p.own, p.own, p.ready.known.title.value, p.ready.text, p.ready.digest)
        for n, p in enumerate(found, 1)
    ]


def test_a_file_of_other_blanks_encoding_and_page_numbers_proposes_the_same_places(db):
    document = shelved()
    places = [one.place for one in from_document(document)]
    assert [one.place for one in from_file(AGAIN)] == places
    assert len(set(places)) == 2
    assert {one.digest for one in from_file(AGAIN)} == {document.digest}


def test_the_year_of_the_title_is_the_tasks_year_where_a_file_has_no_date(db):
    text = "2027年重点工作任务分解方案\n一、重点任务\n县住建局要在3月20日前报送改造清单。\n"
    read = extract_one(text.encode(), "方案.txt")
    (found,) = propose(read, base=None, today=date(2026, 11, 26), calendar=Calendar.builtin())
    assert found.task.due == date(2027, 3, 20)


def test_places_of_a_file_are_those_of_its_own_text(db):
    read = extract_one(AGAIN, "又.txt")
    found = propose(read, base=None, today=date(2026, 1, 1), calendar=Calendar.builtin())
    assert [read.text[p.task.start : p.task.end] for p in found] == [p.task.text for p in found]
    assert found[0].task.text == "县住建局牵头，6月底前完成１２０ 处燃气管道改造。"
    assert found[0].own.text == "县住建局牵头，6月底前完成120 处燃气管道改造。"


@pytest.mark.parametrize("first", ["command", "page"])
def test_what_was_accepted_in_one_way_is_known_in_the_other(db, first, tmp_path, capsys):
    from tests.web.office import Office

    office, document = Office(), shelved()
    register = str(office.registers["rectification"])
    file = tmp_path / "又.txt"
    file.write_bytes(AGAIN)
    before = Item.objects.count()
    office.account("supervisor")

    def command():
        capsys.readouterr()
        order = [
            "decompose",
            str(file),
            "--register",
            register,
            "--accept",
            "all",
            "--as",
            "supervisor",
            "--json",
        ]
        assert run(order) == 0
        return [(a["number"], a["already"]) for a in json.loads(capsys.readouterr().out)["accepted"]]

    def page():
        address = reverse("library-decompose-one", args=[document.pk])
        client = office.as_("supervisor")
        html = client.get(address).content.decode()
        form = dict(
            re.findall(r'<input[^>]*name="((?:take|owner|helpers|due)-\d+)"[^>]*value="([^"]*)"', html)
        )
        form |= dict(re.findall(r'<textarea[^>]*name="(text-\d+)"[^>]*>([^<]*)</textarea>', html))
        assert client.post(address, form | {"register": register}).status_code == 302

    if first == "command":
        assert [already for _, already in command()] == [False, False]
        correct(document, "title", "讲话", 0, now())
        page()
    else:
        page()
    numbers = list(Item.objects.order_by("id").values_list("number", flat=True))[before:]
    assert command() == [(number, True) for number in numbers]
    assert len(numbers) == 2


def test_a_cancelled_item_keeps_no_task_from_being_accepted_again(db):
    from tests.web.office import Office

    office, (one, _) = Office(), from_document(shelved())
    given = office.registers["rectification"], office.people["supervisor"]
    first = accept([one], *given, office.later(minutes=1))
    item = Item.objects.get(number=first[0].number)
    assert accept([one], *given, office.later(minutes=1))[0].already
    office.do("cancel", item.pk, "supervisor", reason="重复")
    again = accept([one], *given, office.later(minutes=1))
    assert (again[0].already, again[0].number != first[0].number) == (False, True)


def test_accepted_in_several_ways_at_once_a_task_becomes_one_item(own_database):
    own_database()
    from tests.web.office import Office

    office = Office()
    ways = [from_document(shelved()), from_file(AGAIN)] * 2
    register, actor, before = (
        office.registers["rectification"],
        office.people["supervisor"],
        Item.objects.count(),
    )

    def taken(proposals):
        try:
            return [(a.number, a.already) for a in accept(proposals, register, actor, now())]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(ways)) as pool:
        found = list(pool.map(taken, ways))
    assert Item.objects.count() == before + 2
    assert len({tuple(number for number, _ in one) for one in found}) == 1
    assert sorted(already for one in found for _, already in one) == [False] * 2 + [True] * 6
