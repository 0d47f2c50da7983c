"""Who says who somebody is, where an organisation has a provider of its own: OpenID Connect or LDAP, as the settings name it.

A provider vouches for an identity (a name, a staff number). What its person may do stands in the ledger alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bihuan.rules.errors import Invalid

NAME = "统一身份认证"
_PORTS = {"ldaps": 636, "ldap": 389}


class ProviderInvalid(Invalid):
    """统一身份认证的设置有误。"""

    code = "provider-invalid"
    default_hint = "各项设置的写法见 docs/howto/sign-in.md。"


@dataclass(frozen=True)
class Oidc:
    """An OpenID Connect provider; ``claim`` is the one that names the person, ``ca`` a file of certificates ("" the system's)."""

    issuer: str
    client: str
    secret: str = field(repr=False)
    claim: str = "preferred_username"
    scope: str = "openid profile"
    name: str = NAME
    ca: str = ""

    def __post_init__(self) -> None:
        """Raise ProviderInvalid for what cannot work, or would not be safe."""
        if not is_https(self.issuer):
            raise ProviderInvalid(f"BIHUAN_OIDC 的地址“{self.issuer}”不是 https 地址。")
        if not self.client:
            raise ProviderInvalid("设置了 BIHUAN_OIDC，还缺 BIHUAN_OIDC_CLIENT（在认证平台登记的应用编号）。")
        if "openid" not in self.scope.split():
            raise ProviderInvalid("BIHUAN_OIDC_SCOPE 里必须有 openid。")

    @property
    def metadata(self) -> str:
        """Where the provider describes itself."""
        return f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"


@dataclass(frozen=True)
class Ldap:
    """A directory; ``attribute`` names the person, ``filter`` finds their entry by what they typed (``{name}``).

    ``user`` and ``password`` are those by which the directory is searched ("" nobody's).
    """

    address: str
    base: str
    filter: str = "(uid={name})"
    user: str = ""
    password: str = field(default="", repr=False)
    attribute: str = "uid"
    name: str = NAME
    ca: str = ""

    def __post_init__(self) -> None:
        """Raise ProviderInvalid for what cannot work."""
        parts = urlsplit(self.address)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ProviderInvalid(
                f"BIHUAN_LDAP 的地址“{self.address}”读不懂，应以 ldaps:// 或 ldap:// 开头。"
            )
        if not self.base:
            raise ProviderInvalid("设置了 BIHUAN_LDAP，还缺 BIHUAN_LDAP_BASE（从目录的哪里找人）。")
        if self.filter.count("{name}") == 0 or not self.filter.startswith("("):
            raise ProviderInvalid("BIHUAN_LDAP_FILTER 应是带 {name} 的查找条件，如 (uid={name})。")
        if (
            self.user and not self.password
        ):  # the directory would take it for nobody, and say that all is well
            raise ProviderInvalid("设置了 BIHUAN_LDAP_USER，还缺它的密码 BIHUAN_LDAP_PASSWORD。")

    @property
    def host(self) -> str:
        """The host, as its certificate names it."""
        return urlsplit(self.address).hostname or ""

    @property
    def port(self) -> int:
        """The port that the address names, or the usual one."""
        parts = urlsplit(self.address)
        return parts.port or _PORTS[parts.scheme]

    @property
    def tls_from_the_start(self) -> bool:
        """Whether the connection begins with TLS; otherwise StartTLS comes before anything is said."""
        return urlsplit(self.address).scheme == "ldaps"


Provider = Oidc | Ldap


def is_https(address: str) -> bool:
    """Whether ``address`` can be trusted to lead to whom it names."""
    parts = urlsplit(address)
    return parts.scheme == "https" and bool(parts.hostname)


def one_of(oidc: Oidc | None, ldap: Ldap | None) -> Provider | None:
    """Return the provider; with two of them nobody could say which one vouches for whom."""
    if oidc and ldap:
        raise ProviderInvalid("BIHUAN_OIDC 和 BIHUAN_LDAP 只能设置一个。")
    return oidc or ldap
