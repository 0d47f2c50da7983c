"""Fields in which people are written by name."""

from __future__ import annotations

from typing import Any

from django import forms

from bihuan.models import Person
from bihuan.queries.people import Directory
from bihuan.web.forms import fields as f


def people_of(units: Directory) -> dict[str, int]:
    """Return the active people as they are written in a field: by name, with the unit where two are called alike."""
    rows = list(Person.objects.filter(active=True).order_by("id").values_list("id", "name", "unit_id"))
    names = [name for _, name, _ in rows]
    found = {}
    for pk, name, unit in rows:
        twice = names.count(name) > 1
        found[f"{name}（{units.labels[unit]}）" if twice else name] = pk
    return found


class PersonField(forms.CharField):
    """A person by name; gives the id."""

    def __init__(
        self, people: dict[str, int], label: str, *, required: bool = False, help_text: str = ""
    ) -> None:
        widget = forms.TextInput(attrs={"class": "form-control", "list": "people", "autocomplete": "off"})
        super().__init__(label=label, required=required, help_text=help_text, widget=widget)
        self.people = people

    def clean(self, value: Any) -> int | None:
        """Return the person's id."""
        name = str(super().clean(value))
        return self.named(name) if name else None

    def named(self, name: str) -> int:
        """Return the id of the person written so. Raises ValidationError and names those who look alike."""
        found = self.people.get(name)
        if found is None:
            alike = [known for known in self.people if name in known][:3]
            hint = f"是不是：{'、'.join(alike)}？" if alike else "请从列表中选择。"
            raise forms.ValidationError(f"没有名为“{name}”的人员，或不止一人。{hint}")
        return found


class PeopleField(PersonField):
    """Several people in one line; gives their ids."""

    def clean(self, value: Any) -> list[int]:  # type: ignore[override]
        """Return the ids, in the order written."""
        names = [part.strip() for part in f.BETWEEN.split(forms.CharField.clean(self, value))]
        return list(dict.fromkeys(self.named(name) for name in names if name))
