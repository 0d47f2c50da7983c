"""The provider as the environment names it."""

import pytest

from bihuan import config
from bihuan.rules.errors import Invalid
from bihuan.rules.providers import Ldap, Oidc


@pytest.fixture
def env(monkeypatch):
    """Set variables of the environment."""
    return lambda **values: [monkeypatch.setenv(name, str(value)) for name, value in values.items()]


def test_without_settings_there_is_none(env):
    assert config.provider() is None
    assert config.local_log_in() == "admins"


def test_openid_connect_is_read_with_its_secret_from_a_file(env, tmp_path):
    (tmp_path / "secret").write_text("geheim\nwhat else stands there\n")
    (tmp_path / "ca.pem").touch()
    env(BIHUAN_OIDC="https://sso.example.cn", BIHUAN_OIDC_CLIENT="bihuan", BIHUAN_OIDC_CLAIM="employee")
    env(
        BIHUAN_OIDC_SECRET_FILE=tmp_path / "secret",
        BIHUAN_PROVIDER_NAME="一网通",
        BIHUAN_PROVIDER_CA=tmp_path / "ca.pem",
    )
    expected = Oidc(
        "https://sso.example.cn",
        "bihuan",
        "geheim",
        claim="employee",
        name="一网通",
        ca=str(tmp_path / "ca.pem"),
    )
    assert config.provider() == expected
    env(BIHUAN_OIDC_SECRET="nearer")
    found = config.provider()
    assert isinstance(found, Oidc)
    assert found.secret == "nearer"


def test_a_directory_is_read(env):
    env(BIHUAN_LDAP="ldap://ldap.example.cn", BIHUAN_LDAP_BASE="dc=cn", BIHUAN_LDAP_FILTER="(mail={name})")
    env(
        BIHUAN_LDAP_USER="cn=b",
        BIHUAN_LDAP_PASSWORD="p",
        BIHUAN_LDAP_ATTRIBUTE="mail",
        BIHUAN_LOCAL_LOG_IN="all",
    )
    assert config.provider() == Ldap(
        "ldap://ldap.example.cn", "dc=cn", filter="(mail={name})", user="cn=b", password="p", attribute="mail"
    )
    assert config.local_log_in() == "all"


def test_files_that_cannot_be_read_and_words_that_are_none_are_named(env, tmp_path):
    env(
        BIHUAN_OIDC="https://sso.example.cn",
        BIHUAN_OIDC_CLIENT="bihuan",
        BIHUAN_OIDC_SECRET_FILE=tmp_path / "no",
    )
    with pytest.raises(Invalid, match="BIHUAN_OIDC_SECRET_FILE"):
        config.provider()
    env(BIHUAN_OIDC_SECRET="s", BIHUAN_PROVIDER_CA=tmp_path / "no")
    with pytest.raises(Invalid, match="BIHUAN_PROVIDER_CA"):
        config.provider()
    env(BIHUAN_LOCAL_LOG_IN="everybody")
    with pytest.raises(Invalid, match="everybody"):
        config.local_log_in()
