"""Addresses in long lists are those that Django gives."""

from urllib.parse import urlencode

import pytest
from django.template import Context, Template
from django.urls import reverse, set_script_prefix

from bihuan.web.addresses import address, address_of, query_of


@pytest.mark.parametrize("prefix", ["/", "/duban/"])
def test_an_address_is_that_of_the_view_also_below_a_prefix(prefix: str):
    set_script_prefix(prefix)
    try:
        assert address_of("items-one", 12) == reverse("items-one", args=[12]) == f"{prefix}items/12/"
        assert address_of("slips-one", 3) == reverse("slips-one", args=[3])
        assert address_of("items-step", 12, "accept") == reverse("items-step", args=[12, "accept"])
        assert address("items") == reverse("items") == f"{prefix}items/"
        text = "{% url 'items' %} {% url view 12 %} {% url view '12' %} {% url 'items-step' 12 'accept' %} {% url 'items' as here %}{{ here }}"
        assert Template(text).render(Context({"view": "items-one"})) == (
            f"{prefix}items/ {prefix}items/12/ {prefix}items/12/ {prefix}items/12/accept/ {prefix}items/"
        )
    finally:
        set_script_prefix("/")


def test_a_query_is_what_urlencode_writes_without_what_is_empty():
    given = {"state": "open", "q": "路面 a&b=c/100%", "owner": 12, "register": 0, "class": ""}
    assert query_of(given) == urlencode({name: value for name, value in given.items() if value})
