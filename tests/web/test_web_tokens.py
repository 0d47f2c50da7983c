"""The page of tokens: made, shown once, told apart, taken back; nobody sees another's."""

from hashlib import sha256

from django.test import Client
from django.urls import reverse

from bihuan.models import Account, Token
from bihuan.web import dates
from tests.web.office import Office, notice_of, text_of

URL = "/security/tokens/"


def made(office, name, purpose="每周汇总", days="90"):
    return office.as_(name).post(URL, {"name": purpose, "days": days})


def shown(response):
    """The token on a page."""
    return response.content.decode().partition('<code class="token">')[2].partition("</code>")[0]


def test_a_token_is_shown_once_and_its_hash_alone_is_kept(office: Office):
    page = made(office, "handler")
    token, row = shown(page), Token.objects.get()
    assert (row.digest, row.name) == (sha256(token.encode()).hexdigest(), "每周汇总")
    assert 89 <= (row.expires_at - dates.now()).days <= 90
    again = office.as_(name="handler").get(URL)
    assert token not in again.content.decode()
    assert "还没有用过" in text_of(again)
    called = Client().get("/api/me", headers={"Authorization": f"Bearer {token}"})
    assert called.json()["name"] == "handler"
    assert "还没有用过" not in text_of(office.as_("handler").get(URL))


def test_a_token_is_taken_back_by_its_owner_alone(office: Office):
    token = shown(made(office, "handler"))
    row = Token.objects.get()
    assert office.as_("head").post(URL, {"revoke": row.pk}).status_code == 404
    assert "还没有。" in text_of(office.as_("head").get(URL))
    assert office.as_("handler").post(URL, {"revoke": "x"}).status_code == 404
    assert office.as_("handler").post(URL, {"revoke": row.pk})["Location"] == URL
    assert Client().get("/api/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_a_token_needs_a_purpose_and_one_of_the_spans(office: Office):
    for purpose, days in ((" ", "90"), ("脚本", "7"), ("脚" * 61, "90")):
        assert made(office, "handler", purpose, days).status_code == 422
    assert Token.objects.count() == 0


def test_nobody_has_more_than_twenty_tokens_and_those_that_are_over_do_not_count(office: Office):
    for n in range(20):
        made(office, "handler", f"脚本{n}")
    assert "您已有20个令牌" in notice_of(made(office, "handler"))
    Token.objects.filter(name="脚本0").update(expires_at=dates.now())
    assert made(office, "handler").status_code == 200
    assert Token.objects.count() == 20


def test_the_page_of_the_account_leads_to_the_tokens_and_an_initial_password_comes_first(office: Office):
    assert reverse("security-tokens") in office.as_("handler").get("/security/").content.decode()
    Account.objects.update(must_change=True)
    assert made(office, "handler")["Location"] == "/password/"
