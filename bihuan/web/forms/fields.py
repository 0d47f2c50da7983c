"""Fields as clerks write them: units by name or alias, several in one line, deadlines in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms

from bihuan.ledger.scan import Infected, scanned
from bihuan.queries.item import find_item
from bihuan.queries.people import Directory
from bihuan.rules.errors import NotFound

#: Units written in one line are told apart by these; a name of two words keeps its single space.
BETWEEN = re.compile(r"[、,，;；\n]+")
DEADLINE_HELP = "可写日期，也可写“2026年12月底前”“立行立改”“长期坚持”。"


def line(
    label: str, *, required: bool = False, help_text: str = "", most: int = 500, **attrs: str
) -> forms.CharField:
    """Return a field of one line."""
    widget = forms.TextInput(attrs={"class": "form-control", "autocomplete": "off", **attrs})
    return forms.CharField(
        label=label, required=required, help_text=help_text, max_length=most, widget=widget
    )


def text(label: str, *, required: bool = False, help_text: str = "", rows: int = 3) -> forms.CharField:
    """Return a field of several lines."""
    widget = forms.Textarea(attrs={"class": "form-control", "rows": rows})
    return forms.CharField(
        label=label, required=required, help_text=help_text, max_length=20_000, widget=widget
    )


def number(label: str, *, most: int | None = None, unit: str = "", help_text: str = "") -> forms.IntegerField:
    """Return a field for a whole number from 0 on."""
    widget = forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric"})
    label = f"{label}（{unit}）" if unit else label
    return forms.IntegerField(
        label=label, required=False, min_value=0, max_value=most, help_text=help_text, widget=widget
    )


def day(label: str, *, required: bool = False, help_text: str = "") -> forms.DateField:
    """Return a field for a day."""
    widget = forms.DateInput(attrs={"class": "form-control", "type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, help_text=help_text, widget=widget)


def choice(
    label: str, choices: Sequence[tuple[str, str]], *, required: bool = False, help_text: str = ""
) -> forms.ChoiceField:
    """Return a field to choose one of ``choices`` from a list."""
    widget = forms.Select(attrs={"class": "form-select"})
    return forms.ChoiceField(
        label=label, choices=choices, required=required, help_text=help_text, widget=widget
    )


class Radios(forms.ChoiceField):
    """One of few choices, all in sight."""

    is_group = True

    def __init__(self, label: str, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__(label=label, choices=choices, widget=forms.RadioSelect)


class Ticks(forms.MultipleChoiceField):
    """Any of few choices, all in sight."""

    is_group = True

    def __init__(self, label: str, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__(label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple)


class StateAndNote(forms.MultiWidget):
    """A choice and a line beside each other."""

    def __init__(
        self, label: str, choices: Sequence[tuple[str, str]], note: str, attrs: dict[str, str]
    ) -> None:
        choose = forms.Select(attrs={"class": "form-select", "aria-label": f"{label}的状态"}, choices=choices)
        line = {"class": "form-control", "aria-label": f"{label}的{note}", "placeholder": note, **attrs}
        super().__init__([choose, forms.TextInput(attrs={**line, "autocomplete": "off"})])

    def decompress(self, value: Any) -> list[Any]:
        """Begin with a state and no note."""
        return value or ["", ""]


class MeasureField(forms.MultiValueField):
    """The state of a measure and what is said of it; gives both."""

    is_group, layout = True, "pair"

    def __init__(self, label: str, choices: Sequence[tuple[str, str]], note: str, **attrs: str) -> None:
        parts = (forms.ChoiceField(choices=choices), forms.CharField(required=False, max_length=20_000))
        super().__init__(parts, label=label, required=False, widget=StateAndNote(label, choices, note, attrs))

    def compress(self, data_list: list[Any]) -> tuple[str, str]:
        """Return state and note."""
        return (data_list[0], data_list[1]) if data_list else ("", "")


class UnitField(forms.CharField):
    """A unit by its name or an alias; gives its id, or None when left empty."""

    def __init__(self, units: Directory, label: str, *, required: bool = False, help_text: str = "") -> None:
        attrs = {"class": "form-control", "list": "units", "autocomplete": "off"}
        super().__init__(
            label=label, required=required, help_text=help_text, widget=forms.TextInput(attrs=attrs)
        )
        self.units = units

    def clean(self, value: Any) -> int | None:
        """Return the unit's id."""
        name = str(super().clean(value))
        return unit_named(self.units, name) if name else None


class UnitsField(UnitField):
    """Several units in one line; gives their ids."""

    def clean(self, value: Any) -> list[int]:  # type: ignore[override]
        """Return the ids, in the order written."""
        names = [part.strip() for part in BETWEEN.split(forms.CharField.clean(self, value))]
        return list(dict.fromkeys(unit_named(self.units, name) for name in names if name))


class ItemsField(forms.CharField):
    """Items by their numbers, one or several a line; gives their ids."""

    def __init__(self, label: str, *, required: bool = False, help_text: str = "") -> None:
        widget = forms.Textarea(attrs={"class": "form-control", "rows": 2})
        super().__init__(label=label, required=required, help_text=help_text, widget=widget)

    def clean(self, value: Any) -> list[int]:
        """Return the ids, in the order written."""
        numbers = [part.strip() for part in BETWEEN.split(super().clean(value))]
        return list(dict.fromkeys(item_numbered(number) for number in numbers if number))


def item_numbered(number: str) -> int:
    """Return the id of the item with this number. Raises ValidationError."""
    try:
        return find_item(number).pk
    except NotFound as error:
        raise forms.ValidationError(f"{error.message}请核对后再填。") from None


def unit_named(units: Directory, name: str) -> int:
    """Return the id of the unit. Raises ValidationError and names what looks alike."""
    found = units.id_of(name)
    if found is None:
        alike = [known for known in units.units if name in known or known in name][:3]
        hint = f"是不是：{'、'.join(alike)}？" if alike else "请从单位列表中选择。"
        raise forms.ValidationError(f"没有名为“{name}”的单位。{hint}")
    return found


class OneFile(forms.FileField):
    """One file, looked at for malware."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the uploaded file, None where there is none."""
        file = super().clean(data, initial)
        if file:
            _scanned(file)
        return file


def _scanned(file: Any) -> None:
    try:
        scanned(file)
    except Infected as error:
        raise forms.ValidationError(f"“{file.name}”：{error}") from None


class ManyFiles(forms.FileField):
    """One or more files; gives a list."""

    class Input(forms.ClearableFileInput):
        """A file input that takes several."""

        allow_multiple_selected = True

    def __init__(self, label: str, help_text: str = "") -> None:
        super().__init__(label=label, help_text=help_text, widget=self.Input(attrs={"class": "form-control"}))

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Return the uploaded files."""
        given = data if isinstance(data, list | tuple) else [data]
        files = [super(ManyFiles, self).clean(one, initial) for one in given] or [
            super().clean(None, initial)
        ]
        for file in files:
            _scanned(file)
        return files
