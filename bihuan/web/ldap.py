"""Log-in by a directory (LDAP), by ldap3: the person's entry is looked for, then opened with what they typed.

Nothing is said before TLS stands and the server has shown a certificate for its name.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import ldap3
from ldap3.core.exceptions import (
    LDAPException,
    LDAPInvalidCredentialsResult,
    LDAPInvalidFilterError,
    LDAPOperationResult,
    LDAPSizeLimitExceededResult,
    LDAPSocketOpenError,
)
from ldap3.utils.conv import escape_filter_chars

from bihuan.rules.errors import Invalid, Unreachable
from bihuan.rules.providers import Ldap

_SECONDS = 5  # that the directory may take to be reached, and to answer


def identity_of(provider: Ldap, name: str, password: str) -> str:
    """Return what the directory calls the person with this name and password, "" if there is none.

    Raises Unreachable, or Invalid where the directory cannot say who is meant.
    """
    if not name.strip() or not password:
        return ""  # many directories take a log-in without a password for nobody's, and say that all is well
    with _told(provider):
        entry = _entry(provider, name.strip())
        return entry[1] if entry and _opens(provider, entry[0], password) else ""


def look(provider: Ldap) -> str:
    """Return the place where people are looked for; the directory can be reached, and lets us look. Raises Unreachable."""
    with _told(provider):
        _entry(provider, "bihuan check")
        return provider.base


def _entry(provider: Ldap, name: str) -> tuple[str, str] | None:
    """Return the name of the only entry that fits, and what it calls the person; None without one."""
    wanted = provider.filter.replace("{name}", escape_filter_chars(name))
    with _connected(provider, provider.user, provider.password) as connection:
        connection.search(
            provider.base, wanted, attributes=[provider.attribute], size_limit=2, time_limit=_SECONDS
        )
        found = [e for e in connection.response if e["type"] == "searchResEntry"]
    if not found:
        return None
    values = found[0]["attributes"].get(provider.attribute) or []
    values = values if isinstance(values, list) else [values]
    if len(found) > 1 or len(values) != 1:
        raise Invalid(
            "目录里认不出您是哪一位。",
            hint="请系统管理员核对 BIHUAN_LDAP_FILTER 和 BIHUAN_LDAP_ATTRIBUTE：每人须只有一条、只有一个值。",
        )
    return str(found[0]["dn"]), str(values[0]).strip()


def _opens(provider: Ldap, entry: str, password: str) -> bool:
    try:
        with _connected(provider, entry, password):
            return True
    except LDAPInvalidCredentialsResult:
        return False


class _Tls(ldap3.Tls):  # type: ignore[misc]
    """Lets Python itself check the certificate and its name: ldap3 has code of its own for that, which newer Pythons lack."""

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
        """Put TLS on a connection."""
        context = ssl.create_default_context(cafile=self.ca_certs_file)
        connection.socket = context.wrap_socket(
            connection.socket, server_hostname=connection.server.host, do_handshake_on_connect=do_handshake
        )


@contextmanager
def _connected(provider: Ldap, user: str, password: str) -> Iterator[Any]:
    tls = _Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=provider.ca or None)
    server = ldap3.Server(
        provider.host,
        provider.port,
        use_ssl=provider.tls_from_the_start,
        tls=tls,
        get_info=ldap3.NONE,
        connect_timeout=_SECONDS,
    )
    connection = ldap3.Connection(
        server,
        user or None,
        password or None,
        authentication=ldap3.SIMPLE if user else ldap3.ANONYMOUS,
        auto_referrals=False,  # a directory does not send us, with a password in hand, to somebody else
        raise_exceptions=True,
        read_only=True,
        receive_timeout=_SECONDS,
    )
    try:
        connection.open()
        if not provider.tls_from_the_start:
            _start_tls(provider, connection)
        connection.bind()
        yield connection
    finally:
        # Taking leave of a broken connection would say nothing of why it broke.
        with suppress(LDAPException, OSError):
            connection.unbind()
        if (
            connection.socket is not None
        ):  # left open by ldap3 where it could not connect, secure the line or take leave
            connection.socket.close()


def _start_tls(provider: Ldap, connection: Any) -> None:
    try:
        connection.start_tls()
    except LDAPException:
        raise _untrusted(provider) from None


@contextmanager
def _told(provider: Ldap) -> Iterator[None]:
    """Tell in our own words what goes wrong with the directory."""
    try:
        yield
    except LDAPSizeLimitExceededResult:
        raise Invalid("目录里认不出您是哪一位。", hint="请系统管理员核对 BIHUAN_LDAP_FILTER。") from None
    except LDAPSocketOpenError as error:
        raise (_untrusted(provider) if "certificate" in str(error).lower() else Unreachable()) from None
    except LDAPInvalidCredentialsResult:
        raise Unreachable(
            f"{provider.name}不接受系统自己的账号。", hint="请系统管理员核对 BIHUAN_LDAP_USER 和它的密码。"
        ) from None
    except (LDAPOperationResult, LDAPInvalidFilterError) as error:
        why = error.description if isinstance(error, LDAPOperationResult) else "查找条件有误"
        raise Unreachable(
            f"{provider.name}不能查找（{why}）。",
            hint="请系统管理员核对 BIHUAN_LDAP_BASE、BIHUAN_LDAP_FILTER 和查找账号的权限。",
        ) from None
    except (LDAPException, OSError):
        raise Unreachable from None


def _untrusted(provider: Ldap) -> Unreachable:
    return Unreachable(
        f"{provider.name}的连接不可信，没有送出密码。",
        hint="请系统管理员核对 BIHUAN_PROVIDER_CA 和目录服务器的证书；管理员可用本机密码登录。",
    )
