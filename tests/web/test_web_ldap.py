"""Log-in by a directory: a real one, over TLS, that knows some people and can be wrong."""

from datetime import timedelta

import ldap3
import pyotp
import pytest
from django.test import Client
from django.utils import timezone
from ldap3.core.exceptions import LDAPSocketSendError

from bihuan.ledger.reading import head
from bihuan.models import Account, Grant, Person, SignedIn
from bihuan.rules.errors import Unreachable
from bihuan.rules.providers import Ldap
from bihuan.web import ldap, second
from bihuan.web.signin import FAILURES
from tests.support.authority import Authority
from tests.web.ldap_server import BASE, SERVICE, SERVICE_PASSWORD, Directory, serving
from tests.web.office import PASSWORD, Office, notice_of, text_of

THEIRS = "their-own-password"
#: A client that hangs up before TLS makes Python's own ``wrap_socket`` of the directory's side forget a socket.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"
)


def people() -> dict:
    return {"handler": (THEIRS, {"employeeNumber": ["1047"]}), "stranger": (THEIRS, {})}


def named(directory: Directory, authority, scheme="ldaps", **values) -> Ldap:
    given = {"user": SERVICE, "password": SERVICE_PASSWORD, "ca": str(authority.file), **values}
    return Ldap(f"{scheme}://localhost:{directory.port}", BASE, **given)


@pytest.fixture
def directory(context, authority, settings, office: Office):
    """A directory that the settings name, and an account called ``handler``."""
    office.account("handler")
    with serving(context, Directory(people())) as found:
        settings.PROVIDER = named(found, authority)
        yield found


def try_(name: str, password: str, client: Client | None = None):
    return (client or Client()).post("/login/", {"name": name, "password": password})


@pytest.fixture
def made(monkeypatch) -> list[ldap3.Connection]:
    """The connections that are made to a directory."""
    found = []

    class Noted(ldap3.Connection):
        def __init__(self, *args, **values):
            found.append(self)
            super().__init__(*args, **values)

    monkeypatch.setattr(ldap3, "Connection", Noted)
    return found


def closed(connection: ldap3.Connection) -> bool:
    return connection.socket is None or connection.socket.fileno() == -1


def test_no_socket_stays_open_where_taking_leave_fails(directory: Directory, made, monkeypatch):
    def broken(self, controls=None):
        raise LDAPSocketSendError("broken pipe")

    monkeypatch.setattr(ldap3.Connection, "unbind", broken)
    assert try_("handler", THEIRS)["Location"] == "/"
    assert [closed(c) for c in made] == [True, True]


@pytest.mark.parametrize("scheme", ["ldap", "ldaps"])
def test_no_socket_stays_open_where_the_directory_is_not_trusted_or_not_there(
    directory: Directory, authority, settings, tmp_path, made, scheme
):
    stranger = Authority(tmp_path)
    settings.PROVIDER = named(directory, authority, scheme, ca=str(stranger.file))
    assert try_("handler", THEIRS).status_code != 302
    directory.port = 1
    settings.PROVIDER = named(directory, authority, scheme)
    assert try_("handler", THEIRS).status_code != 302
    assert [closed(c) for c in made] == [True, True]


def refused(response) -> str:
    assert response.status_code == 401, text_of(response)
    return notice_of(response)


def test_whoever_the_directory_knows_by_this_password_is_logged_in(directory: Directory):
    client = Client()
    assert try_("handler", THEIRS, client)["Location"] == "/"
    assert client.get("/security/").status_code == 200
    assert SignedIn.objects.count() == 1
    assert directory.heard == [
        ("bind", SERVICE, True), ("search", SERVICE, True), ("bind", directory.dn("handler"), True),
    ]  # fmt: skip


def test_the_name_is_the_one_in_the_directory_however_it_was_typed(directory: Directory):
    assert try_(" HANDLER ", THEIRS)["Location"] == "/"


@pytest.mark.parametrize(
    ("name", "password"), [("handler", "wrong"), ("nobody", THEIRS), ("handler", THEIRS + " ")]
)
def test_a_wrong_name_or_password_gets_the_usual_answer(directory: Directory, name, password):
    assert "用户名或密码不正确" in refused(try_(name, password))


def test_an_empty_password_is_refused_though_the_directory_would_take_it_for_nobodys(
    directory: Directory, settings
):
    assert directory.binds(directory.dn("handler"), "") == 0
    assert ldap.identity_of(settings.PROVIDER, "handler", "") == ""
    assert Client().post("/login/", {"name": "handler", "password": ""}).status_code == 401
    assert directory.heard == []


@pytest.mark.parametrize(
    "name", ["*", "h*", "handler)(uid=*", "*)(objectClass=*", "handler\\2a", "x)(|(uid=handler"]
)
def test_a_name_cannot_become_part_of_the_filter(directory: Directory, name):
    assert "用户名或密码不正确" in refused(try_(name, THEIRS))
    assert ("bind", directory.dn("handler"), True) not in directory.heard


def test_a_name_that_fits_several_people_opens_none(directory: Directory, authority, settings):
    directory.people["twin"] = (THEIRS, {"mail": ["x@example.cn"]})
    directory.people["other"] = (THEIRS, {"mail": ["x@example.cn"]})
    settings.PROVIDER = named(directory, authority, filter="(mail={name})")
    assert "认不出您是哪一位" in refused(try_("x@example.cn", THEIRS))
    directory.people["third"] = (THEIRS, {"mail": ["x@example.cn"]})
    assert "认不出您是哪一位" in refused(try_("x@example.cn", THEIRS))


def test_another_attribute_can_name_the_person(directory: Directory, authority, settings, office: Office):
    Account.objects.filter(pk=office.account("head").pk).update(identity="1047")
    settings.PROVIDER = named(directory, authority, attribute="employeeNumber")
    client = Client()
    try_("handler", THEIRS, client)
    assert client.session["_auth_user_id"] == str(office.account("head").pk)
    assert "认不出您是哪一位" in refused(try_("stranger", THEIRS)), "who has none of it is nobody"


def test_somebody_whom_we_do_not_know_is_told_what_to_do_and_nothing_is_made(directory: Directory):
    counts, before = (Account.objects.count(), Person.objects.count(), Grant.objects.count()), head()
    said = refused(try_("stranger", THEIRS))
    assert "您在统一身份认证里是“stranger”，但闭环里还没有这个人的账号" in said
    assert "用户名或密码不正确" in refused(try_("stranger", "wrong")), "nothing is told to who cannot show it"
    assert (Account.objects.count(), Person.objects.count(), Grant.objects.count()) == counts
    assert head() == before


def test_accounts_and_people_that_are_switched_off_stay_out(directory: Directory, office: Office):
    Person.objects.filter(pk=office.people["handler"].person).update(active=False)
    assert "已停用" in refused(try_("handler", THEIRS))


def test_five_failures_lock_the_account_and_the_directory_is_not_asked_any_more(directory: Directory):
    for _ in range(FAILURES):
        try_("handler", "wrong")
    account = Account.objects.get(name="handler")
    assert account.locked_until - timezone.now() > timedelta(minutes=14)
    directory.heard.clear()
    assert "用户名或密码不正确" in refused(try_("handler", THEIRS))
    assert directory.heard == []
    Account.objects.update(locked_until=timezone.now())
    assert try_("handler", THEIRS)["Location"] == "/"
    account.refresh_from_db()
    assert (account.failures, account.locked_until) == (0, None)


def test_our_second_factor_is_asked_for_after_the_directorys_password(directory: Directory):
    secret = second.new_secret()
    Account.objects.filter(name="handler").update(second=second.seal(secret))
    client = Client()
    assert try_("handler", THEIRS, client)["Location"] == "/login/second/"
    assert client.get("/security/").status_code == 302
    client.post("/login/second/", {"code": pyotp.TOTP(secret).now()})
    assert client.get("/security/").status_code == 200


def test_a_required_second_factor_is_required_of_the_directorys_people_and_an_old_password_is_not_theirs(
    directory: Directory, settings
):
    settings.SECOND_FACTOR_REQUIRED = True
    Account.objects.update(must_change=True)
    client = Client()
    try_("handler", THEIRS, client)
    assert client.get("/items/")["Location"] == "/security/second/"


def with_password(office: Office, name: str) -> None:
    account = office.account(name)
    account.set_password(PASSWORD)
    account.save()


def test_an_administrators_password_is_ours_and_never_shown_to_the_directory(
    directory: Directory, office: Office
):
    with_password(office, "admin")
    assert try_("admin", PASSWORD)["Location"] == "/"
    assert try_("admin", "wrong").status_code == 401
    assert directory.heard == []


def test_others_have_no_password_of_ours_unless_a_setting_says_so(
    directory: Directory, office: Office, settings
):
    with_password(office, "head")
    assert try_("head", PASSWORD).status_code == 401
    settings.LOCAL_LOG_IN = "all"
    assert try_("head", PASSWORD)["Location"] == "/"
    assert try_("handler", THEIRS)["Location"] == "/", "who has none of ours is asked for at the directory"


def test_while_the_directory_is_down_administrators_come_in_and_others_are_told(
    directory: Directory, office: Office, settings, authority
):
    with_password(office, "admin")
    settings.PROVIDER = named(Directory(port=1), authority)
    assert "统一身份认证现在连不上" in refused(try_("handler", THEIRS))
    assert try_("admin", PASSWORD)["Location"] == "/"
    assert Account.objects.get(name="handler").failures == 0


@pytest.mark.parametrize("scheme", ["ldaps", "ldap"])
def test_no_password_is_sent_to_a_server_whose_certificate_is_not_trusted(
    context, authority, tmp_path, scheme, settings, office: Office
):
    office.account("handler")
    another = Authority(tmp_path / "another")
    for served, trusted in ((context, another), (authority.context("elsewhere.example"), authority)):
        with serving(served, Directory(people()), ldaps=scheme == "ldaps") as found:
            settings.PROVIDER = named(found, trusted, scheme)
            assert "连接不可信，没有送出密码" in refused(try_("handler", THEIRS))
            assert found.heard == []


def test_start_tls_comes_before_anything_is_said(context, authority, settings, office: Office):
    office.account("handler")
    with serving(context, Directory(people()), ldaps=False) as found:
        settings.PROVIDER = named(found, authority, "ldap")
        assert try_("handler", THEIRS)["Location"] == "/"
        assert {secure for *_, secure in found.heard} == {True}


def test_a_server_that_will_not_start_tls_hears_nothing(context, authority, settings, office: Office):
    office.account("handler")
    with serving(context, Directory(people(), start_tls=False), ldaps=False) as found:
        settings.PROVIDER = named(found, authority, "ldap")
        assert "没有送出密码" in refused(try_("handler", THEIRS))
        assert found.heard == []


def test_a_directory_can_be_searched_by_nobody_where_it_allows_that(
    directory: Directory, authority, settings
):
    settings.PROVIDER = named(directory, authority, user="", password="")
    assert "不能查找（operationsError）" in refused(try_("handler", THEIRS))
    directory.anonymous = True
    assert try_("handler", THEIRS)["Location"] == "/"


def test_a_wrong_password_of_the_service_is_told_and_locks_nobody(directory: Directory, authority, settings):
    settings.PROVIDER = named(directory, authority, password="old")
    assert "不接受系统自己的账号" in refused(try_("handler", THEIRS))
    assert Account.objects.get(name="handler").failures == 0
    with pytest.raises(Unreachable):
        ldap.look(settings.PROVIDER)


def test_check_asks_the_directory_and_looks_in_it(directory: Directory, authority, settings):
    from django.db import connection

    from bihuan.checks import findings

    assert findings(connection)[-1].message == f"连得上：{BASE}"
    settings.PROVIDER = named(directory, authority, filter="(uid={name}")
    found = findings(connection)[-1]
    assert (found.level, found.message) == ("error", "统一身份认证不能查找（查找条件有误）。")


def test_the_log_in_page_says_whose_password_is_wanted(directory: Directory):
    assert "用统一身份认证的用户名和密码登录" in text_of(Client().get("/login/"))
