"""The register against the ledger: what is anchored, and whether the entries still are what the ledger was told."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from mingcha.base.errors import MingchaError
from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.records.register.anchoring import anchor_of, anchored_through
from mingcha.records.register.checking import Book, Checked, Finding, check_stretches
from mingcha.records.register.models import AnchorStretch, Entry
from mingcha.records.register.queries import newest_number
from mingcha.records.wording import explain

AT_ONCE = 5_000
"""Entries that a page hashes again: about a second. `mingcha register verify` does all of them."""

WORDS: dict[str, str | Promise] = {
    "entry.changed": _("The entry is not what it was when the ledger took it."),
    "entry.removed": _("The entry is not there any more."),
    "entry.added": _("The entry was put in afterwards."),
    "stretch.replaced": _(
        "The ledger holds other entries under these numbers, and took those that are here later: the register was "
        "restored from an older backup, or rewritten."
    ),
    "stretch.changed": _("One of these entries is not what it was; which one cannot be said."),
    "anchor.false": _("The ledger says something else of these entries than the office believes."),
    "ledger.broken": _("The ledger's record of these entries does not lead to its signed root."),
}


class FromForm(forms.Form):
    """From which entry on."""

    first = forms.IntegerField(label=_("From entry no."), min_value=1, required=False)


@permission(Permission.READ_REGISTER)
@require_http_methods(["GET"])
def check_register(request: PersonRequest) -> HttpResponse:
    """The newest stretches by themselves, older ones from the number given."""
    form = FromForm(request.GET or None)
    first = form.cleaned_data["first"] if form.is_valid() else None
    context: dict[str, Any] = {"form": form, "through": anchored_through(), "newest": newest_number()}
    stretches = _stretches(first)
    try:
        book = Book(settings.DATA_DIR / "ledger", settings.DATA_DIR)
        context["fingerprint"] = book.fingerprint
        done = check_stretches(book, stretches)
    except MingchaError as error:
        context["problem"] = explain(error)
    else:
        context |= _told(done)
        context |= {"first": stretches[0].first_entry, "last": stretches[-1].last_entry} if stretches else {}
    return render(request, "web/book_ledger.html", context)


def anchor_rows(entry: Entry) -> dict[str, Any]:
    """Where the ledger holds an entry, and whether it is unchanged, for its page."""
    stretch = anchor_of(entry)
    if stretch is None:
        return {"anchor": None}
    try:
        done = check_stretches(Book(settings.DATA_DIR / "ledger", settings.DATA_DIR), [stretch])
    except MingchaError as error:
        return {"anchor": stretch, "anchor_problem": explain(error)}
    wrong = [one for one in done.findings if one.first <= entry.pk <= one.last]
    return {"anchor": stretch, "anchor_wrong": _line(wrong[0])[2] if wrong else "", "anchor_checked": True}


def _stretches(first: int | None) -> list[AnchorStretch]:
    found, entries = [], 0
    ordered = AnchorStretch.objects.order_by("-last_entry", "-log_index")
    if first is not None:
        ordered = AnchorStretch.objects.filter(last_entry__gte=first).order_by("last_entry", "log_index")
    for stretch in ordered.iterator(chunk_size=200):
        found.append(stretch)
        entries += stretch.last_entry - stretch.first_entry + 1
        if entries >= AT_ONCE:
            break
    return sorted(found, key=lambda stretch: stretch.first_entry)


def _told(done: Checked) -> dict[str, Any]:
    return {"checked": done, "findings": [_line(one) for one in done.findings]}


def _line(one: Finding) -> tuple[int, int, str | Promise]:
    return one.first, one.last, WORDS[one.code]
