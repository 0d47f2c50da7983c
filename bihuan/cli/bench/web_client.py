"""Somebody at a browser: a connection that is kept open, cookies, forms; and how long each answer took."""

from __future__ import annotations

import gzip
import re
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from http.cookies import SimpleCookie
from urllib.parse import quote, urlencode

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_STATIC = re.compile(r'(?:href|src)="(/static/[^"#]+)')
#: Asked for by the pages that draw; the weight of a first load is without it.
_CHARTS = "echarts"


@dataclass(frozen=True)
class Answer:
    """What came back: its status, its text, what it weighed on the wire, and the milliseconds until its last byte."""

    status: int
    text: str
    weight: int
    ms: float

    @property
    def whole(self) -> bool:
        """Whether it is a page, not a fragment of one."""
        return "<html" in self.text

    def files(self) -> set[str]:
        """The style sheets, scripts and pictures that a first load asks for too, but for the charts' script."""
        found = {name.replace("&amp;", "&") for name in _STATIC.findall(self.text)}
        return {name for name in found if _CHARTS not in name}

    def field(self, name: str) -> str:
        """The value of a hidden field, "" where there is none."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        return found[1] if found else ""


class Browser:
    """One person's browser."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=120)
        self._cookies: dict[str, str] = {}
        self._token = ""

    def get(self, address: str, *, fragment: bool = False) -> Answer:
        """Open an address; ``fragment`` asks as htmx does."""
        return self._ask("GET", address, None, {"HX-Request": "true"} if fragment else {})

    def post(self, address: str, **values: str) -> Answer:
        """Send a form; the token is that of the page seen last."""
        body = urlencode({**values, "csrfmiddlewaretoken": self._token})
        return self._ask("POST", address, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def log_in(self, name: str, password: str) -> None:
        """Log in; everything after is asked as this person."""
        self.get("/login/")
        if (status := self.post("/login/", name=name, password=password).status) != 302:
            raise SystemExit(f"登录不了：{name}（{status}）。")

    def _ask(self, method: str, address: str, body: str | None, headers: dict[str, str]) -> Answer:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers |= {"Cookie": cookies, "Accept-Encoding": "gzip"}
        begun = time.perf_counter()
        self._connection.request(method, quote(address, safe="/?&=%+,"), body, headers)
        response = self._connection.getresponse()
        content = response.read()
        ms = (time.perf_counter() - begun) * 1000
        self._keep(response)
        plain = gzip.decompress(content) if response.headers["Content-Encoding"] == "gzip" else content
        text = plain.decode("utf-8", "replace")
        if token := _TOKEN.search(text):
            self._token = token[1]
        return Answer(response.status, text, len(content), ms)

    def _keep(self, response: HTTPResponse) -> None:
        for line in response.headers.get_all("Set-Cookie", []):
            self._cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
