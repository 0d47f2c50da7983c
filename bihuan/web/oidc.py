"""Log-in through an OpenID Connect provider (authorization code, PKCE, nonce, state), by Authlib.

The provider says who somebody is; nothing else that it says is believed or kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any

import requests
from authlib.integrations.django_client import DjangoIntegration, DjangoOAuth2App, OAuthError
from django.http import HttpRequest, HttpResponse
from joserfc.errors import JoseError

from bihuan.rules.errors import NotAllowed, Unreachable
from bihuan.rules.providers import Oidc, is_https

#: Signatures that only the provider can make: neither ``none`` nor one by a secret that we know ourselves.
ALGORITHMS = "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA".split()
_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_SIGNED_BY = "id_token_signing_alg_values_supported"
_LOADING = Lock()
_SECONDS = 10  # that the provider may take to answer
_LEEWAY = 60  # seconds by which its clock may differ from ours


class NotVouched(NotAllowed):
    """统一身份认证没有通过。"""

    code = "not-vouched"
    default_hint = "请重新登录；若反复出现，请把时间告诉系统管理员。"


@dataclass(frozen=True)
class Vouched:
    """Whom the provider vouches for, and the token by which it did, which signing out shows it again."""

    identity: str
    token: str


def start(request: HttpRequest, provider: Oidc, back: str) -> HttpResponse:
    """Send the browser to the provider, which sends it to ``back``. Raises Unreachable."""
    with _told(provider):
        sent: HttpResponse = _client(provider).authorize_redirect(request, back)
        return sent


def finish(request: HttpRequest, provider: Oidc) -> Vouched:
    """Return whom the provider vouches for. Raises NotVouched or Unreachable."""
    wanted = {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": provider.client},  # Authlib alone takes azp for it
    }
    with _told(provider):
        found = _client(provider).authorize_access_token(request, claims_options=wanted, leeway=_LEEWAY)
        claims = found.get("userinfo")
        if not claims:
            raise NotVouched("认证平台没有给出身份令牌。")
        return Vouched(_identity(provider, found, claims), found["id_token"])


def _identity(provider: Oidc, token: dict[str, Any], claims: dict[str, Any]) -> str:
    """Return what the claim says; providers may keep it out of the token and tell it where they are asked."""
    value = claims.get(provider.claim)
    client = _client(provider)
    if value is None and is_https(client.load_server_metadata().get("userinfo_endpoint", "")):
        told = client.userinfo(token=token)
        if told.get("sub") != claims["sub"]:
            raise NotVouched("认证平台前后说的不是同一个人。")
        value = told.get(provider.claim)
    if not isinstance(value, str) or not value.strip():
        raise NotVouched(
            f"认证平台没有给出“{provider.claim}”，认不出您是谁。",
            hint="请系统管理员核对 BIHUAN_OIDC_CLAIM 和认证平台放出的内容。",
        )
    return value.strip()


def sign_out_address(provider: Oidc, token: str, back: str) -> str:
    """Return where the provider ends its own session ("" if it says nothing of that, or cannot be asked)."""
    try:
        with _told(provider):
            client = _client(provider)
            if not is_https(client.load_server_metadata().get("end_session_endpoint", "")):
                return ""
            made = client.create_logout_url(
                post_logout_redirect_uri=back, id_token_hint=token, client_id=provider.client
            )
            return str(made["url"])
    except (NotVouched, Unreachable):
        return ""


def look(provider: Oidc) -> str:
    """Return whom the provider says it is: it can be reached, and describes itself as the settings do. Raises Unreachable."""
    _client.cache_clear()
    with _told(provider):
        return str(_client(provider).load_server_metadata()["issuer"])


class _App(DjangoOAuth2App):  # type: ignore[misc]
    """Looks at what the provider says of itself before any of it is used."""

    server_metadata: dict[str, Any]

    def load_server_metadata(self) -> dict[str, Any]:
        """Raise Unreachable unless the provider is the one of the settings and everything goes over TLS."""
        with _LOADING:  # no other thread may use what has not been looked at
            if "_loaded_at" in self.server_metadata:
                return self.server_metadata
            try:
                found: dict[str, Any] = super().load_server_metadata()
                _demand(found, self.issuer)
            except Exception:
                self.server_metadata = {}
                raise
            found[_SIGNED_BY] = [a for a in found.get(_SIGNED_BY, ["RS256"]) if a in ALGORITHMS]
            return found


def _demand(metadata: dict[str, Any], issuer: str) -> None:
    if metadata.get("issuer") != issuer:
        raise Unreachable(
            f"认证平台自称“{metadata.get('issuer')}”，与设置的“{issuer}”不同。",
            hint="请系统管理员核对 BIHUAN_OIDC，须与认证平台写的一字不差。",
        )
    if not set(metadata.get(_SIGNED_BY, ["RS256"])) & set(ALGORITHMS):
        raise Unreachable("认证平台的签名方式不可信。", hint="请系统管理员联系认证平台，改用 RS256 等。")
    unsafe = [name for name in _NEEDED if not is_https(metadata.get(name, ""))]
    if unsafe:
        raise Unreachable(
            f"认证平台的 {'、'.join(unsafe)} 缺少或不是 https 地址。", hint="请系统管理员联系认证平台。"
        )


@lru_cache(maxsize=1)
def _client(provider: Oidc) -> Any:
    """One for each process: it keeps what the provider says of itself, and its keys until one is unknown."""
    made = _App(
        DjangoIntegration("oidc"),
        client_id=provider.client,
        client_secret=provider.secret,
        server_metadata_url=provider.metadata,
        client_kwargs={
            "scope": provider.scope,
            "code_challenge_method": "S256",
            "default_timeout": _SECONDS,
            "leeway": 0,  # an access token that lives for a minute is still good for the one question that we ask
            "verify": provider.ca or True,
            "trust_env": False,  # neither a proxy nor other certificates that nobody set for this
        },
    )
    made.issuer = provider.issuer
    return made


@contextmanager
def _told(provider: Oidc) -> Iterator[None]:
    """Tell in our own words what goes wrong with the provider."""
    try:
        yield
    except requests.exceptions.SSLError:
        raise Unreachable(
            f"{provider.name}的证书不可信，没有继续。",
            hint="请系统管理员核对 BIHUAN_PROVIDER_CA 和认证平台的证书；可先用本机密码登录。",
        ) from None
    except requests.RequestException:
        raise Unreachable from None
    except (OAuthError, JoseError) as error:
        raise NotVouched(f"{provider.name}没有通过（{error}）。") from None
    except (ValueError, KeyError, TypeError) as error:
        raise NotVouched(f"{provider.name}的答复读不懂。") from error
