"""Addresses in long lists are those that Django gives."""

import pytest
from django.urls import reverse, set_script_prefix

from bihuan.web.addresses import address_of


@pytest.mark.parametrize("prefix", ["/", "/duban/"])
def test_an_address_is_that_of_the_view_also_below_a_prefix(prefix: str):
    set_script_prefix(prefix)
    try:
        assert address_of("items-one", 12) == reverse("items-one", args=[12]) == f"{prefix}items/12/"
        assert address_of("slips-one", 3) == reverse("slips-one", args=[3])
    finally:
        set_script_prefix("/")
