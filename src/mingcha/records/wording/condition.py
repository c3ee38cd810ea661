"""Sentences about the archive's condition."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

MESSAGES: dict[str, str | Promise] = {
    "damage.unknown": _("There is no such damage."),
    "damage.note": _("Say in a few words what was done."),
    "damage.dealt": _("Somebody has dealt with this by now."),
    "damage.block": _("part %(part)s (bytes %(first)s–%(last)s)"),
    "damage.more_blocks": _("%(count)s more"),
    "damage.and": pgettext_lazy("between items of a list", ", "),
    "owed.damage": _("%(camera)s, %(span)s: %(what)s. Deal with it."),
    "owed.damage_blocks": _("%(camera)s, %(span)s: %(what)s, %(blocks)s. Deal with it."),
    "owed.damage_more": _("%(count)s more recordings are damaged."),
    "owed.catalog_behind": _("The catalog of recordings is older than the ledger: have it made again."),
    "owed.witness": _("The witness %(witness)s has not cosigned the ledger since %(day)s. See why."),
    "owed.witness_alarm": _("The witness %(witness)s, since %(day)s: %(what)s. Look into it at once."),
    "owed.verification": _("The archive was not verified since %(day)s. See that the recorder runs."),
}
