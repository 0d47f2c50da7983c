"""The second factor, the sessions of an account, old passwords, tries from one address, the malware hook."""

import re
import sys
from datetime import timedelta
from html import unescape
from time import time

import pyotp
import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from bihuan.models import Account, SignedIn
from bihuan.web import second
from bihuan.web.passwords import Mixed
from bihuan.web.signin import FAILURES
from tests.web.markup import faults
from tests.web.office import PASSWORD, Office, text_of


@pytest.fixture
def account(office: Office) -> Account:
    cache.clear()
    found = office.account("handler")
    found.set_password(PASSWORD)
    found.save()
    return found


def log_in(client: Client | None = None):
    client = client or Client()
    return client, client.post("/login/", {"name": "handler", "password": PASSWORD})


@pytest.fixture
def secret(account: Account) -> str:
    """The account with a second factor."""
    made = second.new_secret()
    Account.objects.filter(pk=account.pk).update(second=second.seal(made))
    return made


def code(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(int(time()) + 30 * steps)


def test_the_second_factor_is_set_up_with_a_code_and_then_asked_for(account, office: Office):
    client = office.as_("handler")
    page = client.get("/security/second/").content.decode()
    assert faults(page) == []
    assert 'class="qr"' in page
    secret = re.search(r'密钥：<span class="hash-long">(\w+)<', unescape(page))[1]
    assert client.post("/security/second/", {"code": "000000"}).status_code == 422
    assert client.post("/security/second/", {"code": code(secret)})["Location"] == "/security/"
    account.refresh_from_db()
    assert secret not in account.second
    other, response = log_in()
    assert response["Location"] == "/login/second/"
    assert other.get("/items/").status_code == 302
    assert other.post("/login/second/", {"code": code(secret, 1)})["Location"] == "/"
    assert other.get("/items/").status_code == 200


def test_a_code_is_used_once_and_a_wrong_one_counts_towards_the_lock(secret, account):
    client, _ = log_in()
    given = code(secret)  # made once: half a minute later another one would be right
    client.post("/login/second/", {"code": given})
    again, _ = log_in()
    assert again.post("/login/second/", {"code": given}).status_code == 401
    for _ in range(FAILURES - 1):
        again.post("/login/second/", {"code": "12"})
    account.refresh_from_db()
    assert account.locked_until > timezone.now()
    assert again.post("/login/second/", {"code": code(secret, 1)})["Location"] == "/login/"


@pytest.mark.parametrize(("away", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_differ_by_one_step(away, right):
    secret = second.new_secret()
    given = pyotp.TOTP(secret).at(1_000_000_000 + 30 * away)
    assert bool(second.step_of(secret, given, 1_000_000_000)) is right


def test_the_code_page_is_nothing_without_the_password(account):
    assert Client().get("/login/second/")["Location"] == "/login/"
    assert Client().post("/login/second/", {"code": "123456"})["Location"] == "/login/"


def test_an_open_browser_alone_cannot_take_the_second_factor_off(secret, office: Office):
    client = office.as_("handler")
    assert client.post("/security/second/off/", {"code": "1"}).status_code == 422
    assert client.post("/security/second/off/", {"code": code(secret)})["Location"] == "/security/"
    assert Account.objects.get(name="handler").second == ""


def test_where_it_is_required_it_comes_before_everything_else(account, office: Office, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    client = office.as_("handler")
    assert client.get("/items/")["Location"] == "/security/second/"
    assert client.get("/security/second/").status_code == 200


def test_sessions_are_listed_to_their_owner_and_ended(account):
    first, _ = log_in()
    other, _ = log_in(Client(headers={"user-agent": "Phone <b>"}))
    page = first.get("/security/")
    assert "Phone &lt;b&gt;" in page.content.decode()
    assert text_of(page).count("这里") == 1
    assert faults(page.content.decode()) == []
    first.post("/security/end/", {"which": "others"})
    assert other.get("/items/").status_code == 302
    assert first.get("/items/").status_code == 200
    assert SignedIn.objects.count() == 1
    assert first.post("/security/end/", {"which": "7"}).status_code == 404
    phone, _ = log_in(Client(headers={"user-agent": "Phone"}))
    name = re.search(r'name="which" value="([0-9a-f]{16})"', first.get("/security/").content.decode())[1]
    first.post("/security/end/", {"which": name})
    assert phone.get("/items/").status_code == 302
    assert first.get("/items/").status_code == 200
    first.post("/logout/")
    assert not SignedIn.objects.exists()


def test_a_new_password_ends_the_other_sessions(account):
    here, _ = log_in()
    there, _ = log_in()
    here.post("/password/", {"old": PASSWORD, "new": "Quiet-River-2931", "again": "Quiet-River-2931"})
    assert here.get("/items/").status_code == 200
    assert there.get("/items/").status_code == 302
    assert SignedIn.objects.count() == 1


def test_an_old_password_must_be_changed_before_anything_else(account, office: Office):
    Account.objects.update(password_at=timezone.now() - timedelta(days=91))
    client = office.as_("handler")
    assert client.get("/items/")["Location"] == "/password/"
    assert "密码用得太久了" in text_of(client.get("/password/"))
    client.post("/password/", {"old": PASSWORD, "new": "Quiet-River-2931", "again": "Quiet-River-2931"})
    assert client.get("/items/").status_code == 200


@pytest.mark.parametrize(
    ("password", "good"),
    [("abcdefghijk", False), ("abcdefghijk1", False), ("Abcdefghijk1", True), ("abcdefghij-1", True)],
)
def test_a_password_needs_three_kinds_of_character(password, good):
    try:
        Mixed().validate(password)
    except ValidationError:
        assert not good
    else:
        assert good


def test_too_many_tries_from_one_address_are_refused_for_every_name(account, settings):
    settings.LOG_INS = 2
    tries = [Client().post("/login/", {"name": f"n{n}", "password": "x"}).status_code for n in range(2)]
    assert tries == [401, 401]
    client, response = log_in()
    assert response.status_code == 429
    assert client.get("/items/").status_code == 302
    elsewhere = Client(REMOTE_ADDR="10.0.0.9").post("/login/", {"name": "handler", "password": PASSWORD})
    assert elsewhere.status_code == 302
    cache.clear()


def test_a_file_that_the_scan_refuses_or_cannot_read_is_not_taken(office: Office, settings):
    item = office.at("working")

    def attach(content: bytes):
        return office.step("handler", item, "attach", files=[SimpleUploadedFile("材料.txt", content)])

    check = "import sys; sys.exit(b'EVIL' in sys.stdin.buffer.read())"
    settings.SCAN_COMMAND = f'{sys.executable} -c "{check}"'
    refused = attach("EVIL 病毒".encode())
    assert refused.status_code == 422
    assert "没有通过病毒检查" in text_of(refused)
    assert attach("好的材料".encode()).status_code == 302
    settings.SCAN_COMMAND = "/nowhere/scan"
    assert "病毒检查程序没有运行" in text_of(attach("好的材料二".encode()))
    assert office.row(item).evidence == 1
