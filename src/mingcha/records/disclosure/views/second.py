"""Leading to the page where a second person consents, and back."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext

from mingcha.records.accounts.gate import PersonRequest
from mingcha.records.disclosure import actions
from mingcha.records.disclosure.models import Request


def ask_for_second(request: PersonRequest, found: Request, duration: timedelta) -> HttpResponse:
    """Ask for the consent; the second person gives it on that page or on their own screen, then the same button is
    pressed again."""
    wish = actions.ask_second_person(found, duration, request.user, request.at)
    minutes = int(duration.total_seconds()) // 60
    back = f"{reverse('access-request', args=(found.public_id,))}?{urlencode({'minutes': minutes})}"
    messages.info(request, gettext("The house wants a second person to consent. Afterwards press the button again."))
    return HttpResponseRedirect(f"{reverse('approval', args=(wish.public_id,))}?{urlencode({'next': back})}")
