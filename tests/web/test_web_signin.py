"""Logging in and out, the lock, the change of the password."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from bihuan.models import Account
from bihuan.web.signin import FAILURES
from tests.web.office import PASSWORD, Office, notice_of


@pytest.fixture
def account(office: Office) -> Account:
    found = office.account("handler")
    found.set_password(PASSWORD)
    found.save()
    return found


def try_(name: str, password: str, client: Client | None = None, **more):
    return (client or Client()).post("/login/", {"name": name, "password": password, **more})


def test_the_right_password_leads_to_where_one_wanted_to_go(account):
    assert try_("handler", PASSWORD)["Location"] == "/"
    assert try_("handler", PASSWORD, next="/items/?state=open")["Location"] == "/items/?state=open"


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"]
)
def test_the_log_in_page_never_leads_to_another_site(account, target):
    assert try_("handler", PASSWORD, next=target)["Location"] == "/"


def test_unknown_name_wrong_password_locked_and_retired_account_get_the_same_answer(account, office: Office):
    locked = office.account("head")
    locked.set_password(PASSWORD)
    locked.locked_until = timezone.now() + timedelta(minutes=1)
    locked.save()
    retired = office.account("lead", is_active=False)
    retired.set_password(PASSWORD)
    retired.save()
    tried = [try_("nobody", "x"), try_("handler", "x"), try_("head", PASSWORD), try_("lead", PASSWORD)]
    assert {response.status_code for response in tried} == {401}
    assert len({notice_of(response) for response in tried}) == 1
    assert "用户名或密码不正确" in notice_of(tried[0])


def test_five_failures_lock_the_account_for_a_quarter_of_an_hour(account):
    for _ in range(FAILURES):
        try_("handler", "wrong")
    account.refresh_from_db()
    left = account.locked_until - timezone.now()
    assert timedelta(minutes=14) < left <= timedelta(minutes=15)
    assert try_("handler", PASSWORD).status_code == 401
    Account.objects.update(locked_until=timezone.now() - timedelta(seconds=1))
    assert try_("handler", PASSWORD).status_code == 302


def test_four_failures_and_a_success_begin_the_count_anew(account):
    for _ in range(2):
        for _ in range(FAILURES - 1):
            try_("handler", "wrong")
        assert try_("handler", PASSWORD).status_code == 302
    account.refresh_from_db()
    assert (account.failures, account.locked_until) == (0, None)


def test_failures_while_locked_do_not_lengthen_the_lock(account):
    for _ in range(FAILURES):
        try_("handler", "wrong")
    account.refresh_from_db()
    until = account.locked_until
    for _ in range(FAILURES):
        try_("handler", "wrong")
    account.refresh_from_db()
    assert account.locked_until == until


def test_the_session_key_changes_at_log_in(account):
    client = Client()
    client.get("/login/")
    client.session["mark"] = 1
    before = client.session.session_key
    try_("handler", PASSWORD, client)
    assert client.session.session_key != before


def test_logging_out_leaves_nothing(account):
    client = Client()
    try_("handler", PASSWORD, client)
    assert client.get("/items/").status_code == 200
    client.post("/logout/")
    assert client.get("/items/").status_code == 302


def test_nobody_is_logged_out_by_a_link(account):
    client = Client()
    try_("handler", PASSWORD, client)
    assert client.get("/logout/").status_code == 405


def test_a_log_in_without_the_forms_token_is_refused_in_chinese(account):
    client = Client(enforce_csrf_checks=True)
    response = try_("handler", PASSWORD, client)
    assert response.status_code == 403
    assert "提交没有被接受" in response.content.decode()


def change(client: Client, old: str, new: str, again: str | None = None):
    return client.post("/password/", {"old": old, "new": new, "again": again or new})


def test_a_changed_password_opens_and_the_old_one_does_not_any_more(account):
    Account.objects.update(must_change=True)
    client, elsewhere = Client(), Client()
    try_("handler", PASSWORD, client)
    try_("handler", PASSWORD, elsewhere)
    assert change(client, PASSWORD, "Quiet-River-2931")["Location"] == "/"
    assert client.get("/items/").status_code == 200
    assert elsewhere.get("/items/").status_code == 302, "other sessions end with the old password"
    assert try_("handler", PASSWORD).status_code == 401
    assert try_("handler", "Quiet-River-2931").status_code == 302
    account.refresh_from_db()
    assert account.must_change is False


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        ("wrong", "Quiet-River-2931", "Quiet-River-2931", "现在的密码不正确"),
        (PASSWORD, PASSWORD, PASSWORD, "不能与现在的相同"),
        (PASSWORD, "short1", "short1", "至少 10 个字符"),
        (PASSWORD, "12345678901", "12345678901", "数字"),
        (PASSWORD, "password12", "password12", "常见"),
        (PASSWORD, "Quiet-River-2931", "Quiet-River-2932", "不一致"),
    ],
)
def test_a_new_password_that_does_not_do_is_refused_with_its_reason(account, old, new, again, said):
    client = Client()
    try_("handler", PASSWORD, client)
    response = change(client, old, new, again)
    assert response.status_code == 422
    assert said in response.content.decode()
    account.refresh_from_db()
    assert account.check_password(PASSWORD)
