"""Sizes as disks are sold; what one more camera does to the disks, where one is added."""

from __future__ import annotations

from django import template
from django.template import Context

from mingcha.records.accounts.models import Person
from mingcha.records.inventory import queries as inventory
from mingcha.web.pages.storage import Forecast, forecast_for

register = template.Library()
THOUSAND = 1000
UNITS = ("B", "KB", "MB", "GB", "TB")


@register.filter
def as_sold(count: int) -> str:
    """Bytes in the decimal units in which disks are sold, so that what is told to be added can be compared."""
    size, unit = float(count), 0
    while size >= THOUSAND and unit < len(UNITS) - 1:
        size, unit = size / THOUSAND, unit + 1
    return f"{size:.1f} {UNITS[unit]}" if unit else f"{count} {UNITS[0]}"


@register.simple_tag(takes_context=True)
def room_for_one_more(context: Context) -> Forecast | None:
    """The forecast with one more camera like the mean of those there are; None where nothing has to be said."""
    request = context.get("request")
    viewer = getattr(request, "user", None)
    if request is None or not isinstance(viewer, Person):
        return None
    found = forecast_for(viewer, request.at, inventory.sites(viewer=viewer), more=1)
    return found if found.is_short else None
