"""To the organisation's own sign-in and back."""

from __future__ import annotations

from dataclasses import asdict

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mingcha.base.errors import Invalid, MingchaError, NotAllowed, Unavailable
from mingcha.records.accounts import actions
from mingcha.records.accounts.forms import SignInForm
from mingcha.records.accounts.gate import PersonRequest, address_of, public
from mingcha.records.accounts.organisation import Provider, Trip, arrival, departure
from mingcha.records.accounts.states import Proof
from mingcha.records.accounts.views.sign_in import go_on, organisation_name
from mingcha.records.accounts.views.ways import asked_next, safe_next
from mingcha.records.wording import explain

TRIP = "organisation_trip"


def _provider() -> Provider:
    if not settings.OIDC_ISSUER:
        raise NotAllowed("organisation.off", "No provider is set up.")
    return Provider(settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET, settings.OIDC_CLAIM)


def _back(request: PersonRequest) -> str:
    return request.build_absolute_uri(reverse("organisation-back"))


@public
@never_cache
@require_http_methods(["GET"])
def leave(request: PersonRequest) -> HttpResponse:
    """A link, not a form: the policy lets forms lead nowhere but to us."""
    target = asked_next(request)
    if request.user.is_authenticated:
        return HttpResponseRedirect(target)
    trip = Trip.new()
    try:
        actions.refuse_locked_address(address=address_of(request), at=request.at)
        place = departure(_provider(), trip, _back(request))
    except MingchaError as error:
        return _refuse(request, error, target)
    request.session[TRIP] = {**asdict(trip), "next": target}
    return HttpResponseRedirect(place)


@public
@never_cache
@require_http_methods(["GET"])
def back(request: PersonRequest) -> HttpResponse:
    """The provider's answer. It is believed once, and only in the browser that asked."""
    kept = request.session.pop(TRIP, None)
    target = safe_next(request, kept.pop("next")) if isinstance(kept, dict) else reverse("home")
    if request.user.is_authenticated:
        return HttpResponseRedirect(target)
    address, at = address_of(request), request.at
    try:
        actions.refuse_locked_address(address=address, at=at)
    except NotAllowed as error:
        return _refuse(request, error, target, status=429)
    try:
        provider = _provider()
        if kept is None:
            raise NotAllowed("organisation.state", "This browser did not ask.")
        identity = arrival(provider, Trip(**kept), request.GET.dict(), _back(request), at)
    except (NotAllowed, Invalid, Unavailable) as error:
        if settings.OIDC_ISSUER:
            actions.note_organisation_refusal(reason=error.code, address=address, at=at)
        return _refuse(request, error, target)
    try:
        outcome = actions.sign_in_by_organisation(identity=identity, address=address, at=at)
    except NotAllowed as error:
        return _refuse(request, error, target)
    return go_on(request, outcome, Proof.ORGANISATION, target)


def _refuse(request: PersonRequest, error: MingchaError, target: str, status: int = 403) -> HttpResponse:
    """The sign-in page again, with the reason; the password still works."""
    context = {
        "form": SignInForm(),
        "next": target,
        "organisation": organisation_name(),
        "refusal": explain(error),
    }
    return render(request, "accounts/sign_in.html", context, status=status)
