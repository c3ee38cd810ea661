"""Sentences about the register, by error code."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, str | Promise] = {
    "permission.csrf": _("The page is too old. Reload it and try again."),
    "permission.token_reads": _("A personal token only reads. Sign in to change something."),
    "request.after": _("There is no row with this id to go on from."),
    "register.place": _("This page of the register cannot be read. Begin with the newest."),
    "register.text_wide": _("More than %(limit)s names hold this. Write more of the name."),
    "register.unknown": _("There is no entry with this number."),
    "register.nothing": _("No entry matches, so there is nothing to take out."),
    "register.print_limit": _(
        "Paper takes at most %(limit)s entries. Choose fewer days, or take the entries out as CSV."
    ),
    "register.export_limit": _("At most %(limit)s entries can be taken out at once. Choose fewer days."),
    "register.not_an_export": _("This number is not of a print or export. It stands at the head of each sheet."),
    "register.no_record": _("There is no certificate of this entry."),
    "record.absent": _(
        "The ledger does not hold this where its time says it should stand. At the node, 'mingcha certificate' "
        "searches all of it."
    ),
    "ledger.behind": _("The ledger has not taken this yet. Try again in a minute; if it stays so, see the recorder."),
    "ledger.absent": _("There is no ledger yet; start the recorder once."),
    "ledger.unreadable": _("The ledger cannot be read. Look at the disk it is on."),
    "register.sheet_range": _("A sheet never holds this many entries. Check the two numbers."),
}
