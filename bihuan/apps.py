"""The Django application."""

from __future__ import annotations

from django.apps import AppConfig


class BihuanConfig(AppConfig):
    """One application, in layers."""

    name = "bihuan"
    label = "bihuan"
    verbose_name = "闭环"
