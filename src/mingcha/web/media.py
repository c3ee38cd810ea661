"""Where browsers find the media server."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest


def media_origin(request: HttpRequest) -> str:
    """Origin of the media server as this browser reaches it: as set, or the page's own host with the media port."""
    if settings.MEDIA_ORIGIN:
        return settings.MEDIA_ORIGIN
    try:
        host = request.get_host()
    except DisallowedHost:
        host = "localhost"
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    return f"{request.scheme}://{name or host}:{settings.MEDIA_PORT}"
