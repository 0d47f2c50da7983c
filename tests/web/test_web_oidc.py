"""Log-in through an OpenID Connect provider: a real one, over TLS, that tells the truth or does not."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from joserfc.jwk import ECKey

from bihuan.ledger.reading import head
from bihuan.models import Account, Grant, Person, SignedIn
from bihuan.web import oidc
from tests.support.authority import Authority
from tests.web.office import PASSWORD, Office, notice_of, text_of
from tests.web.oidc_provider import CLIENT, SECRET, Provider, provided

pytestmark = pytest.mark.usefixtures("_fresh")


@pytest.fixture
def _fresh():
    oidc._client.cache_clear()
    yield
    oidc._client.cache_clear()


@pytest.fixture
def provider(context, authority, settings, office: Office):
    """A provider that the settings name, and an account called ``handler``."""
    office.account("handler")
    with provided(context, Provider()) as found:
        settings.PROVIDER = found.settings(authority.file)
        yield found


def go(client: Client, address: str = "/login/provider/") -> dict[str, str]:
    """What the browser is sent to the provider with."""
    response = client.get(address)
    assert response.status_code == 302, text_of(response)
    return {name: values[0] for name, values in parse_qs(urlsplit(response["Location"]).query).items()}


def log_in(provider: Provider, client: Client | None = None, address: str = "/login/provider/"):
    client = client or Client()
    return client.get(provider.authorize(go(client, address)))


def is_in(client: Client) -> bool:
    return client.get("/security/").status_code == 200


def refusal(response, status: int = 403) -> str:
    assert response.status_code == status, text_of(response)
    return text_of(response)


def test_the_person_of_the_account_is_logged_in_and_led_to_where_they_wanted(provider: Provider):
    client = Client()
    response = log_in(provider, client, "/login/provider/?next=/items/%3Fstate%3Dopen")
    assert response["Location"] == "/items/?state=open"
    assert is_in(client)
    assert SignedIn.objects.count() == 1


def test_the_browser_is_sent_with_state_nonce_and_proof_of_the_code(provider: Provider):
    sent = go(Client())
    assert (sent["response_type"], sent["client_id"], sent["scope"]) == ("code", CLIENT, "openid profile")
    assert sent["redirect_uri"] == "http://testserver/login/provider/back/"
    assert sent["code_challenge_method"] == "S256"
    assert min(len(sent["state"]), len(sent["nonce"])) >= 20
    assert SECRET not in str(sent)


def test_the_way_back_never_leads_to_another_site(provider: Provider):
    assert log_in(provider, address="/login/provider/?next=https://elsewhere.example/")["Location"] == "/"


def test_the_session_key_changes_at_log_in(provider: Provider):
    client = Client()
    client.get("/login/provider/")
    before = client.session.session_key
    log_in(provider, client)
    assert client.session.session_key != before


LIES = {
    "another nonce": {"nonce": "other"},
    "no nonce": {"nonce": None},
    "another audience": {"aud": "elsewhere"},
    "another audience, with us as the party": {"aud": ["elsewhere"], "azp": CLIENT},
    "another party": {"aud": [CLIENT, "elsewhere"], "azp": "elsewhere"},
    "another issuer": {"iss": "https://elsewhere.example"},
    "expired": {"exp": 1_600_000_000},
    "no end": {"exp": None},
    "of the future": {"iat": 4_000_000_000, "nbf": 4_000_000_000},
    "nobody": {"sub": None},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_token_that_says_something_wrong_lets_nobody_in(provider: Provider, lie):
    provider.claims = lie
    client = Client()
    assert "没有通过" in refusal(log_in(provider, client))
    assert not is_in(client)


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_without_a_signature_of_the_providers_key_lets_nobody_in(provider: Provider, algorithm):
    provider.algorithm = algorithm
    client = Client()
    refusal(log_in(provider, client))
    assert not is_in(client)


def test_a_key_that_the_provider_does_not_have_lets_nobody_in(provider: Provider):
    provider.signs_with = ECKey.generate_key("P-256", {"kid": "unknown"})
    refusal(log_in(provider))
    provider.signs_with = ECKey.generate_key("P-256", {"kid": "1"})
    refusal(log_in(provider))


def test_a_new_key_of_the_provider_is_fetched_once_it_is_used(provider: Provider):
    assert log_in(provider)["Location"] == "/"
    provider.key = ECKey.generate_key("P-256", {"kid": "2"})
    assert log_in(provider)["Location"] == "/"
    assert [path.rpartition("/")[2] for path in provider.asked].count("openid-configuration") == 1


def test_a_code_is_good_once_and_for_the_browser_that_asked_alone(provider: Provider):
    mine, others = Client(), Client()
    back = provider.authorize(go(mine))
    refusal(others.get(back))
    assert mine.get(back)["Location"] == "/"
    refusal(mine.get(back))
    code = parse_qs(urlsplit(back).query)["code"][0]
    sent = go(others)
    refusal(others.get(f"/login/provider/back/?code={code}&state={sent['state']}"))
    assert not is_in(others)


@pytest.mark.parametrize(
    "query", ["", "?code=x", "?state=x", "?code=x&state=x", "?error=access_denied&state=x"]
)
def test_coming_back_with_nothing_that_was_asked_for_is_refused(provider: Provider, query):
    client = Client()
    client.get("/login/provider/")
    refusal(client.get(f"/login/provider/back/{query}"))


def test_somebody_whom_we_do_not_know_is_refused_and_told_what_to_do_and_nothing_is_made(provider: Provider):
    provider.person = "stranger"
    counts, before = (Account.objects.count(), Person.objects.count(), Grant.objects.count()), head()
    client = Client()
    said = refusal(log_in(provider, client))
    assert "您在统一身份认证里是“stranger”，但闭环里还没有这个人的账号" in said
    assert "请联系系统管理员" in said
    assert not is_in(client)
    assert (Account.objects.count(), Person.objects.count(), Grant.objects.count()) == counts
    assert head() == before


def test_logging_in_gives_nobody_a_role(provider: Provider):
    provider.claims = {"roles": ["supervisor", "system_admin"], "groups": ["admin"]}
    before = list(Grant.objects.values_list("person_id", "role"))
    assert log_in(provider)["Location"] == "/"
    assert list(Grant.objects.values_list("person_id", "role")) == before


def test_an_identity_that_an_account_names_comes_before_a_name(provider: Provider, office: Office):
    Account.objects.filter(pk=office.account("head").pk).update(identity="E-1047")
    provider.person = "E-1047"
    client = Client()
    log_in(provider, client)
    assert client.session["_auth_user_id"] == str(office.account("head").pk)
    provider.person = "head"  # its name is not what the provider calls it
    refusal(log_in(provider))


def test_accounts_and_people_that_are_switched_off_stay_out(provider: Provider, office: Office):
    handler = office.people["handler"].person
    for table in (Account.objects.filter(person_id=handler), Person.objects.filter(pk=handler)):
        field = "is_active" if table.model is Account else "active"
        table.update(**{field: False})
        assert "已停用" in refusal(log_in(provider))
        table.update(**{field: True})


def test_a_claim_that_only_the_provider_tells_when_asked_is_asked_for(provider: Provider):
    provider.claims = {"preferred_username": None}
    assert log_in(provider)["Location"] == "/"
    provider.told = {"sub": "2"}
    assert "不是同一个人" in refusal(log_in(provider))
    provider.told = {"preferred_username": None}
    assert "没有给出“preferred_username”" in refusal(log_in(provider))
    provider.told = {"preferred_username": ["handler"]}
    assert "没有给出“preferred_username”" in refusal(log_in(provider))


def test_another_claim_can_name_the_person(provider: Provider, authority, settings):
    settings.PROVIDER = provider.settings(authority.file, claim="employee")
    provider.person, provider.claims = "?", {"employee": "handler"}
    assert log_in(provider)["Location"] == "/"


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": "http://localhost/token"},
        {"jwks_uri": None},
        {"id_token_signing_alg_values_supported": ["HS256", "none"]},
        {"authorization_endpoint": "http://localhost/authorize"},
    ],
)
def test_a_provider_that_describes_itself_wrongly_is_not_used(provider: Provider, metadata):
    provider.metadata = metadata
    assert "系统管理员" in refusal(Client().get("/login/provider/"), 503)


def test_a_certificate_that_is_not_trusted_ends_it(provider: Provider, settings, tmp_path, context, office):
    settings.PROVIDER = provider.settings(Authority(tmp_path / "another").file)
    assert "证书不可信" in refusal(Client().get("/login/provider/"), 503)
    settings.PROVIDER = provider.settings("")
    assert "证书不可信" in refusal(Client().get("/login/provider/"), 503)
    assert provider.asked == []


def test_a_certificate_of_another_host_ends_it(authority, settings, db):
    with provided(authority.context("elsewhere.example"), Provider()) as other:
        settings.PROVIDER = other.settings(authority.file)
        assert "证书不可信" in refusal(Client().get("/login/provider/"), 503)


@pytest.fixture
def gone(authority, settings, office: Office):
    """A provider that nobody answers for."""
    settings.PROVIDER = Provider(port=1).settings(authority.file)
    for name in ("admin", "handler"):
        account = office.account(name)
        account.set_password(PASSWORD)
        account.save()


def test_while_the_provider_is_down_administrators_alone_come_in(gone, office: Office):
    assert "现在连不上" in refusal(Client().get("/login/provider/"), 503)
    assert Client().post("/login/", {"name": "admin", "password": PASSWORD})["Location"] == "/"
    refused = Client().post("/login/", {"name": "handler", "password": PASSWORD})
    assert refused.status_code == 401
    assert "用户名或密码不正确" in notice_of(refused)


def test_a_setting_lets_everybody_use_a_password_of_ours_still(gone, settings):
    settings.LOCAL_LOG_IN = "all"
    assert Client().post("/login/", {"name": "handler", "password": PASSWORD})["Location"] == "/"


def test_old_and_first_passwords_and_our_second_factor_are_asked_of_those_who_use_them(
    provider: Provider, settings, office: Office
):
    settings.SECOND_FACTOR_REQUIRED = True
    Account.objects.update(must_change=True)
    client = Client()
    log_in(provider, client)
    assert is_in(client), "neither is this person's: the provider looks after both"
    assert "统一身份认证登录，密码和两步登录都由那里管理" in text_of(client.get("/security/"))
    assert client.get("/password/").status_code == 422
    admin = office.account("admin", must_change=True)
    admin.set_password(PASSWORD)
    admin.save()
    provider.person, client = "admin", Client()
    log_in(provider, client)
    assert client.get("/security/")["Location"] == "/password/"


def test_signing_out_ends_the_providers_session_too(provider: Provider):
    client = Client()
    log_in(provider, client)
    response = client.post("/logout/")
    assert response.status_code == 200
    assert not is_in(client)
    page = response.content.decode().replace("&amp;", "&")
    address = page.partition("url=")[2].partition('"')[0]
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(f"{provider.issuer}/end?")
    assert asked["post_logout_redirect_uri"] == "http://testserver/login/"
    assert asked["client_id"] == CLIENT
    assert asked["id_token_hint"].count(".") == 2


def test_signing_out_where_the_provider_knows_nothing_of_it_ends_our_session(provider: Provider):
    provider.metadata = {"end_session_endpoint": None}
    client = Client()
    log_in(provider, client)
    assert client.post("/logout/")["Location"] == "/login/"
    assert not is_in(client)


def test_a_session_by_the_provider_is_listed_and_ended_like_any_other(provider: Provider):
    here, there = Client(), Client()
    log_in(provider, here)
    log_in(provider, there)
    assert is_in(there)
    here.post("/security/end/", {"which": "others"})
    assert not is_in(there)
    assert is_in(here)


def test_without_a_provider_the_address_says_so_and_the_page_does_not_name_it(db):
    assert Client().get("/login/provider/").status_code == 404
    assert Client().get("/login/provider/back/").status_code == 404
    assert "统一身份" not in text_of(Client().get("/login/"))


def test_the_log_in_page_offers_the_provider_first_and_the_password_folded(provider: Provider):
    page = Client().get("/login/?next=/items/").content.decode()
    assert "/login/provider/?next=%2Fitems%2F" in page
    assert page.index("统一身份认证登录") < page.index("管理员用本机密码登录")


def test_too_many_tries_from_one_address_are_held_back(provider: Provider, settings):
    settings.LOG_INS = 2
    client = Client()
    statuses = [client.get("/login/provider/").status_code for _ in range(3)]
    assert statuses == [302, 302, 429]


def test_check_asks_the_provider(provider: Provider, authority, settings):
    from django.db import connection

    from bihuan.checks import findings

    assert findings(connection)[-1].message == f"连得上：{provider.issuer}"
    settings.PROVIDER = Provider(port=1).settings(authority.file)
    assert (findings(connection)[-1].what, findings(connection)[-1].level) == ("统一身份认证", "error")
