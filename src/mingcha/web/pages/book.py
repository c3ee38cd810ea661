"""The register as a page: who did what, when, to which camera or person. Nobody can change it here or anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.queries import people
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory.queries import cameras
from mingcha.records.register.acts import ACTS
from mingcha.records.register.models import Entry
from mingcha.records.register.queries import Search, entries, sentence, title
from mingcha.web.pages.detail import readable

PAGE = 50

AREAS: dict[str, str | Promise] = {
    "person.": _("People and sign-in"),
    "site.": _("Sites"),
    "camera.": _("Cameras"),
    "viewing.": _("Viewings"),
    "recorder.": _("Recorder"),
    "gap.": _("Gaps"),
    "export.": _("Copies"),
    "storage.": _("Storage"),
}


class BookForm(forms.Form):
    """Filters of the book; a GET form."""

    act = forms.ChoiceField(label=_("Act"), required=False)
    person = forms.ChoiceField(label=_("Person"), required=False)
    camera = forms.ChoiceField(label=_("Camera"), required=False)
    since = forms.DateField(label=_("From day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    before = forms.IntegerField(required=False, min_value=1, max_value=1 << 62, widget=forms.HiddenInput)

    def __init__(self, *args: Any, viewer: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everything = ("", _("All"))
        words = [(word, act.title) for word, act in ACTS.items()]
        self._choose("act", [everything, (_("Areas"), list(AREAS.items())), (_("Acts"), words)])
        self._choose("person", [everything, *((p.public_id, p.name) for p in people(viewer=viewer))])
        known = cameras(viewer=viewer, with_retired=True)
        self._choose("camera", [everything, *((c.public_id, c.name) for c in known)])

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def search(self) -> Search:
        data = self.cleaned_data
        return Search(
            act=data["act"],
            ref=data["person"],
            also_ref=data["camera"],
            since=_midnight(data["since"]) if data["since"] else None,
            until=_midnight(data["until"] + timedelta(days=1)) if data["until"] else None,
            before_id=data["before"],
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One entry, ready to be read."""

    entry: Entry
    title: str
    sentence: str
    facts: list[tuple[str, str]]


@permission(Permission.READ_REGISTER)
@require_http_methods(["GET"])
def book(request: PersonRequest) -> HttpResponse:
    form = BookForm(request.GET, viewer=request.user)
    found = list(entries(form.search())[: PAGE + 1]) if form.is_valid() else []
    more = len(found) > PAGE
    lines = [Line(entry, title(entry.act), sentence(entry), readable(entry)) for entry in found[:PAGE]]
    kept = {key: value for key, value in request.GET.items() if key != "before" and value}
    older = urlencode({**kept, "before": found[PAGE - 1].pk}) if more else ""
    context = {
        "form": form,
        "filters": [(name, form[name]) for name in ("act", "person", "camera", "since", "until")],
        "lines": lines,
        "older": older,
        "newest": urlencode(kept),
        "is_first_page": not request.GET.get("before"),
        "is_filtered": bool(kept),
    }
    return render(request, "web/book.html", context)


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
