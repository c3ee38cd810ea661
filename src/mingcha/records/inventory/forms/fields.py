"""Fields and readings that the forms of the inventory share."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms

from mingcha.base.errors import Invalid
from mingcha.records.wording import explain

OFF = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
NONE = ("", "—")


class Text(forms.CharField):
    """Text whose limit is told in a sentence. Browsers do not cut it: what was pasted too long would lose its end
    without a word."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs: dict[str, Any] = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        return attrs


class Day(forms.DateField):
    """A calendar day as browsers send it."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(input_formats=("%Y-%m-%d",), widget=widget, **kwargs)


class Measure(forms.DecimalField):
    """A measure typed in one unit and kept in whole parts of it: `parts` to the unit."""

    def __init__(self, *, parts: int, least: int, most: int, **kwargs: Any) -> None:
        self.parts = parts
        attrs = {"inputmode": "decimal", **OFF}
        super().__init__(min_value=least, max_value=most, widget=forms.NumberInput(attrs=attrs), **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "step": "any"}

    def prepare_value(self, value: Any) -> Any:
        """Kept parts as the unit that is typed; what was typed stays as it is."""
        if isinstance(value, int) and not isinstance(value, bool):
            return format(Decimal(value) / self.parts, "f")
        return value

    def clean(self, value: Any) -> Any:
        given = super().clean(value)
        return None if given is None else round(given * self.parts)


def readable(text: str, read: Callable[[str], object]) -> str:
    """The text as typed, once it can be read; the act reads it again. So all errors of a form show at once, and none
    comes after the act before it (a new site) was done."""
    try:
        read(text)
    except Invalid as error:
        raise forms.ValidationError(explain(error)) from error
    return text


def choose(form: forms.Form, name: str, found: list[Any]) -> None:
    """Set the choices of a field that are known only when the form is made."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = found


def offer(form: forms.Form, name: str, found: Any) -> None:
    """Set the rows that a field offers."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = found
