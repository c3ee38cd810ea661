"""Sentences about units, sites, areas and cameras, by error code."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, str | Promise] = {
    "camera.name_empty": _("Give the camera a name."),
    "camera.name_long": _("The name may have at most %(limit)s characters."),
    "camera.name_control": _("The name must not hold line breaks or other control characters."),
    "camera.name_taken": _("Another camera of this site has this name already."),
    "camera.url_credentials": _("Do not put the password into the address; use the fields for user name and password."),
    "camera.audio_reason": _("Sound is off by law unless there is a reason. State the reason to switch it on."),
    "camera.retired": _("This camera has been retired."),
    "camera.unknown": _("There is no such camera, or you may not see it."),
    "probe.waiting": _("The recorder did not answer in time. Check that the gateway is running, then try again."),
    "site.name_taken": _("Another site has this name already."),
    "site.unknown": _("There is no such site."),
}
