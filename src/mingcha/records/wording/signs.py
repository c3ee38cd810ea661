"""Sentences about the notices, by error code."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, str | Promise] = {
    "notice.interval": _("Give a number of days from 1 to %(limit)s."),
    "notice.unpublished": _("This site has no public page yet."),
    "sign.area": _("Choose an area of this site."),
    "sign.cameras": _("Choose from 1 to %(limit)s cameras of this site that are not retired."),
    "sign.future": _("This day is still to come."),
    "sign.name": _("Say where the notice hangs."),
    "sign.not_posted": _("This notice has not been put up yet."),
    "sign.reason": _("Say why in a few words."),
    "sign.removed": _("This notice has been taken down."),
    "sign.result": _("Choose what was found."),
    "sign.unknown": _("There is no such notice."),
}
