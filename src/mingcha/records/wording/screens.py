"""Sentences about named screens, by error code."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, str | Promise] = {
    "screen.name": _("Give the screen a name by which people at the desk know it."),
    "screen.other": _("This was granted for another screen: %(screens)s. Open it there."),
    "screen.retired": _("This screen is out of use already."),
    "screen.taken": _("Another screen of this site has this name. Choose another one."),
    "screen.unknown": _("There is no such screen."),
    "screen.wanted": _("Choose the screens on which it may be looked at."),
}
