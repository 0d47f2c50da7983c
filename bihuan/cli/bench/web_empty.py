"""An empty Django page, served as ``bihuan serve`` serves ours: what the framework and the server cost by themselves.

``python -m bihuan.cli.bench.web_empty PORT THREADS``; it has no middleware, no database and no template.
"""

from __future__ import annotations

import sys

import waitress
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path


def _empty(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


urlpatterns = [path("", _empty)]

if __name__ == "__main__":
    settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], MIDDLEWARE=[])
    port, threads = map(int, sys.argv[1:])
    waitress.serve(get_wsgi_application(), host="127.0.0.1", port=port, threads=threads, ident="")
