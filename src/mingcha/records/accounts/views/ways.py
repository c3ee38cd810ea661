"""What several pages of signing in share: where to go next, and the language a browser remembers."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language

from mingcha.records.accounts.gate import confirmed_now
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import LANGUAGES


def safe_next(request: HttpRequest, text: str) -> str:
    """Where to go afterwards: a page of ours, never another host."""
    hosts = {request.get_host()}
    good = text and url_has_allowed_host_and_scheme(text, allowed_hosts=hosts, require_https=request.is_secure())
    return text if good else reverse("home")


def asked_next(request: HttpRequest) -> str:
    """The same, from the form or the address of the page."""
    return safe_next(request, request.POST.get("next", request.GET.get("next", "")))


def remember_language(response: HttpResponse, language: str) -> HttpResponse:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        samesite="Lax",
        secure=settings.HTTPS,
    )
    return response


def let_in(request: HttpRequest, person: Person, at: datetime, target: str) -> HttpResponse:
    """Begin the session of a person whose sign-in is complete, and lead on. Whoever has no language yet takes that of
    this browser."""
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    confirmed_now(request, at)
    if not person.language:
        spoken = get_language() or settings.LANGUAGE_CODE
        person.language = spoken if spoken in dict(LANGUAGES) else settings.LANGUAGE_CODE
        Person.objects.filter(pk=person.pk, language="").update(language=person.language)
    place = reverse("first-password") if person.must_set_password else target
    return remember_language(HttpResponseRedirect(place), person.language)
