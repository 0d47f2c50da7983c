"""An OpenID Connect provider over real HTTPS with real signatures, in a thread; a test can make it lie."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey
from joserfc.jws import JWSRegistry

from bihuan.rules.providers import Oidc

CLIENT, SECRET = "bihuan", "known-to-us-and-the-provider"
_ANY = JWSRegistry(algorithms=["ES256", "HS256", "none"])


@dataclass
class Provider:
    """Signs in whomever ``person`` names; ``claims`` and ``metadata`` are laid over what it would say, None takes away."""

    port: int = 0
    person: str = "handler"
    claims: dict = field(default_factory=dict)
    metadata: dict = field(default_factory=dict)
    algorithm: str = "ES256"
    told: dict = field(default_factory=dict)  # laid over what it tells where it is asked about the person
    codes: dict = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "1"}))
    signs_with: ECKey | None = None

    @property
    def issuer(self) -> str:
        return f"https://localhost:{self.port}/realm"

    def settings(self, ca, **values) -> Oidc:
        """What bihuan's settings say of it."""
        return Oidc(self.issuer, CLIENT, SECRET, ca=str(ca), **values)

    def describe(self) -> dict:
        here = self.issuer
        said = {
            "issuer": here, "authorization_endpoint": f"{here}/authorize", "token_endpoint": f"{here}/token",
            "jwks_uri": f"{here}/keys", "userinfo_endpoint": f"{here}/person", "end_session_endpoint": f"{here}/end",
            "response_types_supported": ["code"], "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
        }  # fmt: skip
        return _over(said, self.metadata)

    def authorize(self, query: dict) -> str:
        """What the person's browser is sent back with, after they have shown the provider who they are."""
        code = secrets.token_urlsafe(8)
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict, who: str) -> tuple[int, dict]:
        asked = self.codes.pop(form.get("code"), None)  # a code is good once
        expected = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if asked is None or who != f"Basic {expected}" or form["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        hashed = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(hashed).rstrip(b"=").decode() != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        answer = {"access_token": "a", "token_type": "Bearer", "expires_in": 60}
        return 200, answer | {"id_token": self.id_token(asked["nonce"])}

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        said = {"iss": self.issuer, "sub": "1", "aud": CLIENT, "exp": now + 60, "iat": now, "nonce": nonce}
        said = _over(said | {"preferred_username": self.person}, self.claims)
        key = {"ES256": self.signs_with or self.key, "HS256": OctKey.import_key(SECRET)}.get(self.algorithm)
        head = {"alg": self.algorithm, "kid": (self.signs_with or self.key).kid}
        if self.algorithm == "none":
            return ".".join([_part(head), _part(said), ""])
        return jwt.encode(head, said, key, registry=_ANY)

    def get(self, path: str, query: dict) -> tuple[int, dict]:
        self.asked.append(path)
        if path.endswith("/openid-configuration"):
            return 200, self.describe()
        if path.endswith("/keys"):
            return 200, KeySet([self.key]).as_dict(private=False)
        return 200, _over({"sub": "1", "preferred_username": self.person}, self.told)


def _over(said: dict, other: dict) -> dict:
    return {name: value for name, value in (said | other).items() if value is not None}


def _part(value: dict) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@contextmanager
def provided(context, provider: Provider) -> Iterator[Provider]:
    """Serve ``provider`` on a free port while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            parts = urlsplit(self.path)
            self.answer(*provider.get(parts.path, _flat(parts.query)))

        def do_POST(self):
            form = _flat(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.answer(*provider.token(form, self.headers.get("Authorization", "")))

        def answer(self, status, said):
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_):
            """A client that does not trust the certificate hangs up."""

    server = Quiet(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    provider.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="provider")
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _flat(text: str) -> dict:
    return {name: values[0] for name, values in parse_qs(text).items()}
