"""What the settings may say of a provider."""

import pytest

from bihuan.rules.providers import Ldap, Oidc, ProviderInvalid, is_https, one_of

ISSUER, LDAPS, BASE = "https://sso.example.cn/realms/gov/", "ldaps://ldap.example.cn", "dc=example,dc=cn"


def test_the_provider_describes_itself_below_its_issuer():
    made = Oidc(ISSUER, "bihuan", "s")
    assert made.metadata == "https://sso.example.cn/realms/gov/.well-known/openid-configuration"
    assert (made.claim, made.scope, made.name) == ("preferred_username", "openid profile", "统一身份认证")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"issuer": "http://sso.example.cn"}, "不是 https 地址"),
        ({"issuer": "https://"}, "不是 https 地址"),
        ({"client": ""}, "BIHUAN_OIDC_CLIENT"),
        ({"scope": "profile"}, "openid"),
    ],
)
def test_what_cannot_work_with_openid_connect_or_would_not_be_safe_is_refused(values, said):
    with pytest.raises(ProviderInvalid, match=said):
        Oidc(**{"issuer": ISSUER, "client": "bihuan", "secret": "s", **values})


@pytest.mark.parametrize(
    ("address", "port", "tls"),
    [
        (LDAPS, 636, True),
        ("ldap://ldap.example.cn", 389, False),
        ("ldaps://ldap.example.cn:6360", 6360, True),
    ],
)
def test_an_address_of_a_directory_says_host_port_and_when_tls_begins(address, port, tls):
    made = Ldap(address, BASE)
    assert (made.host, made.port, made.tls_from_the_start) == ("ldap.example.cn", port, tls)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"address": "ldap.example.cn"}, "读不懂"),
        ({"address": "http://ldap.example.cn"}, "读不懂"),
        ({"address": "ldaps://"}, "读不懂"),
        ({"base": ""}, "BIHUAN_LDAP_BASE"),
        ({"filter": "(uid=x)"}, "BIHUAN_LDAP_FILTER"),
        ({"filter": "uid={name}"}, "BIHUAN_LDAP_FILTER"),
        ({"user": "cn=bihuan"}, "BIHUAN_LDAP_PASSWORD"),
    ],
)
def test_what_cannot_work_with_a_directory_is_refused(values, said):
    with pytest.raises(ProviderInvalid, match=said):
        Ldap(**{"address": LDAPS, "base": BASE, **values})


def test_secrets_are_not_shown_where_a_provider_is_printed():
    assert "geheim" not in repr(Oidc(ISSUER, "bihuan", "geheim"))
    assert "geheim" not in repr(Ldap(LDAPS, BASE, user="cn=bihuan", password="geheim"))


def test_there_is_one_provider_or_none():
    oidc, ldap = Oidc(ISSUER, "bihuan", "s"), Ldap(LDAPS, BASE)
    assert one_of(None, None) is None
    assert one_of(oidc, None) is oidc
    assert one_of(None, ldap) is ldap
    with pytest.raises(ProviderInvalid, match="只能设置一个"):
        one_of(oidc, ldap)


@pytest.mark.parametrize(
    ("address", "safe"), [("https://a/b", True), ("http://a/b", False), ("https:///b", False), ("", False)]
)
def test_an_address_is_safe_over_https_with_a_host(address, safe):
    assert is_https(address) is safe
