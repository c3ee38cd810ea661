"""A form on the page of a request was sent: the act is done, or the page comes again with the sentence at its field."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from mingcha.base.errors import Conflict, Invalid, Unavailable
from mingcha.records.accounts.gate import PersonRequest
from mingcha.records.disclosure.models import Request
from mingcha.records.disclosure.views.pages import put_error, request_page


def done_or_again(
    request: PersonRequest, found: Request, act: Callable[[], object], said: str, *, file: str = "", **sent: forms.Form
) -> HttpResponse:
    """`act` is done when the form is valid, and `said` is said. `sent`: the form, by its name on the page; `file`: its
    field for a file."""
    (form,) = sent.values()
    if form.is_valid():
        try:
            act()
        except (Invalid, Conflict, Unavailable) as error:
            put_error(form, error, file=file)
        else:
            messages.success(request, said)
            return redirect("access-request", public_id=found.public_id)
    return request_page(request, found, **sent, status=400)
