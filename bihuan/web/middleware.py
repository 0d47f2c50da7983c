"""Headers and compression, for every answer."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

#: No inline script or style, nothing from another host. ``data:`` images are the marks drawn in Tabler's style sheet.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_FEATURES = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"
_TEXT = ("text/", "application/json", "application/javascript", "image/svg+xml")


class SecurityHeaders:
    """Adds what Django's own security middleware leaves out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pages are never kept by the browser: after log-out nothing is left (etags and static files keep their own rule)."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", _FEATURES)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class Compress(GZipMiddleware):
    """Compresses text alone: what is downloaded (docx, xlsx, pictures) is compressed already.

    Django pads compressed pages by a random length and masks the CSRF token anew each time, against BREACH.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress ``response`` if it is text."""
        if not response.headers.get("Content-Type", "").startswith(_TEXT):
            return response
        return super().process_response(request, response)
