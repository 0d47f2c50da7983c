"""What holds for every page alike: headers, markup, weight, templates."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.template.loader import get_template
from django.test import Client
from django.urls import reverse

from bihuan.web.middleware import POLICY
from tests.actions.county import PATH
from tests.web.markup import faults
from tests.web.office import HTMX, Office
from tests.web.test_web_import import bring, workbook

TEMPLATES = sorted(Path(settings.TEMPLATES[0]["DIRS"][0]).rglob("*.html"))
STATIC = Path(settings.STATICFILES_DIRS[0])
FIRST_LOAD, FRAGMENT = 350_000, 15_000


def everywhere(office: Office) -> dict[str, list[str]]:
    """Every kind of page, by who opens it."""
    items = [
        office.at(state, klass="分阶段整改")
        for state in (*PATH, "returned", "suspended", "merged", "cancelled")
    ]
    working, reviewing = items[3], items[4]
    one = [reverse("items-one", args=[i]) for i in items]
    steps = [reverse("items-step", args=[working, a]) for a in ("report", "plan", "attach", "comment")]
    office_steps = [
        reverse("items-step", args=[working, a]) for a in ("amend", "transfer", "extend", "suspend", "merge")
    ]
    return {
        "chief": ["/", "/overview/", "/overview/?by=unit", "/overview/?by=class&as_of=2020-01-01", "/items/", "/items/?q=nichts", "/report/",
                  f"/report/?campaign={office.campaign}", "/ledger/", "/items/999999/", *one, *office_steps],
        "supervisor": ["/items/new/", f"/items/new/?register={office.registers['livelihood']}", "/import/",
                       bring(office, workbook()), *one],
        "handler": ["/", "/items/", *one, *steps],
        "head": [reverse("items-one", args=[reviewing])],
        "admin": ["/", "/password/", "/items/", "/people/", "/people/new/", f"/people/{office.people['handler'].person}/",
                  "/units/", f"/units/{office.units['town']}/"],
    }  # fmt: skip


def test_every_page_is_well_formed_labelled_and_within_the_policy(office: Office):
    wrong = []
    for person, urls in everywhere(office).items():
        for url in urls:
            for headers in (None, HTMX):
                html = office.as_(person).get(url, headers=headers).content.decode()
                wrong += [
                    f"{person} {url} {'fragment' if headers else ''}: {fault}" for fault in faults(html)
                ]
    wrong += [f"login: {fault}" for fault in faults(Client().get("/login/").content.decode())]
    assert wrong == []


def test_the_check_finds_what_it_looks_for():
    html = (
        '<html><body><p id="a" style="color:red"><input name="n"><img src="//x.example/y">'
        '<script>1</script><b onclick="x()" id="a"></i></p><div hx-target="#z" aria-labelledby="q"></div><th></th>'
    )
    found = " ".join(faults(html))
    for fault in (
        *(
            "no language",
            "one title",
            "no main",
            "inline style",
            "inline handler",
            "inline script",
            "another host",
        ),
        *(
            "id a is there 2 times",
            "no label: input n",
            "no alt",
            "closes something else",
            "#z leads",
            "=q leads",
        ),
        "th without scope",
    ):
        assert fault in found


def test_a_form_with_errors_is_well_formed_too(office: Office):
    item = office.at("working")
    pages = [
        office.step("handler", item, "report", percent="900"),
        office.step("handler", item, "submit", text="完成"),
        office.as_("supervisor").post("/items/new/", {}),
        office.as_("supervisor").post("/import/"),
        Client().post("/login/", {"name": "x", "password": "y"}),
    ]
    assert [faults(p.content.decode()) for p in pages] == [[]] * len(pages)


@pytest.mark.parametrize("url", ["/login/", "/", "/items/", "/nowhere/", "/static/bihuan/app.css"])
def test_every_answer_carries_the_policy_and_the_security_headers(office: Office, url):
    response = office.as_("supervisor").get(url)
    response.getvalue()  # reads a file to its end, which closes it
    assert response["Content-Security-Policy"] == POLICY
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Permissions-Policy" in response


def test_the_policy_allows_no_inline_code_and_no_other_host():
    assert "unsafe" not in POLICY
    assert re.findall(r"https?:|\*", POLICY) == []
    sources = dict(part.strip().partition(" ")[::2] for part in POLICY.split(";"))
    assert sources["default-src"] == "'none'"
    assert sources["script-src"] == sources["style-src"] == sources["connect-src"] == "'self'"


def test_pages_are_not_kept_by_the_browser_and_static_files_are(office: Office):
    assert office.as_("handler").get("/items/")["Cache-Control"] == "private, no-store"
    response = Client().get("/static/bihuan/app.css")
    response.getvalue()
    assert "immutable" in response["Cache-Control"]


def test_no_page_may_be_framed(office: Office):
    assert office.as_("handler").get("/")["X-Frame-Options"] == "DENY"


def wire(client: Client, url: str, **headers) -> int:
    """What an answer weighs as it is sent."""
    response = client.get(url, headers={"Accept-Encoding": "gzip", **headers})
    return len(response.getvalue())


def test_the_first_load_of_a_page_is_light_and_so_are_fragments(office: Office):
    for n in range(50):
        office.register(title=f"第{n}项" + "一件要办很久的事" * 6, klass="分阶段整改")
    client = office.as_("chief")
    for url in ("/", "/items/", reverse("items-one", args=[office.at("working")])):
        html = gzip.decompress(client.get(url, headers={"Accept-Encoding": "gzip"}).content).decode()
        files = {
            f.replace("&amp;", "&").split("#")[0] for f in re.findall(r'(?:href|src)="(/static/[^"]+)"', html)
        }
        weight = wire(client, url) + sum(wire(client, f) for f in files if "echarts" not in f)
        assert weight <= FIRST_LOAD, (url, weight)
        assert weight > 50_000, "the style sheet at least"
        assert wire(client, url, **HTMX) <= FRAGMENT


def test_a_download_is_not_compressed_again(office: Office):
    office.at("working")
    client = office.as_("chief")
    response = client.get(
        f"/report/stage.docx?campaign={office.campaign}", headers={"Accept-Encoding": "gzip"}
    )
    assert "Content-Encoding" not in response
    assert response.getvalue().startswith(b"PK")


def test_the_address_of_a_static_file_changes_with_its_content():
    from django.templatetags.static import static

    from bihuan.web.assets import version

    assert static("bihuan/app.css") == f"/static/bihuan/app.css?v={version('bihuan/app.css')}"
    with pytest.raises(FileNotFoundError, match=r"nichts\.css"):
        static("nichts.css")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda p: p.name)
def test_a_template_compiles_and_is_short(template):
    name = str(template.relative_to(settings.TEMPLATES[0]["DIRS"][0]))
    assert get_template(name)
    assert len(template.read_text("utf-8").splitlines()) <= 200


def test_every_icon_that_is_used_is_in_the_sheet():
    sheet = set(re.findall(r'id="([^"]+)"', (STATIC / "vendor" / "icons.svg").read_text("utf-8")))
    used = {n for t in TEMPLATES for n in re.findall(r'{% icon "([^"]+)" %}', t.read_text("utf-8"))}
    from bihuan.web.context import MENU

    assert used | {entry.icon for entry in MENU} <= sheet


def test_the_page_of_a_fault_needs_nothing_that_may_have_failed():
    from bihuan.web.errors import fault

    html = fault(None).content.decode()
    assert faults(html) == []
    assert "没有留下半成品" in html


@pytest.mark.parametrize(
    ("url", "status", "said"), [("/nowhere/", 404, "没有找到这个页面"), ("/items/x/y/z/", 404, "没有找到")]
)
def test_an_unknown_address_is_told_in_chinese_to_anyone(db, url, status, said):
    response = Client().get(url)
    assert response.status_code == status
    assert said in response.content.decode()


def test_a_host_that_is_not_ours_is_refused_in_chinese(db):
    response = Client().get("/login/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert "这个请求读不懂" in response.content.decode()


def test_a_fault_is_told_in_chinese_and_gives_nothing_away(office: Office):
    client = office.as_("supervisor")
    assert client.get("/items/").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE tally RENAME TO tally_lost")
    client.raise_request_exception = False
    response = client.get("/items/")
    assert response.status_code == 500
    assert "系统出错了" in response.content.decode()
    assert "tally" not in response.content.decode()
