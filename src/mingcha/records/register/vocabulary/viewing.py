"""Words of seeing and copying."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mingcha.records.register.vocabulary.act import Act

ACTS = (
    Act(
        "viewing.live_opened",
        _("Live view opened"),
        _("%(actor)s opened the live view of %(subject)s."),
        is_retrieval=True,
    ),
    Act(
        "viewing.control_opened",
        _("Camera taken in hand"),
        _("%(actor)s took %(subject)s in hand to turn it."),
    ),
    Act(
        "viewing.playback_opened",
        _("Playback opened"),
        _("%(actor)s opened the playback of %(subject)s."),
        is_retrieval=True,
    ),
    Act(
        "viewing.snapshot_taken", _("Snapshot taken"), _("%(actor)s took a snapshot of %(subject)s."), is_retrieval=True
    ),
    Act("viewing.export_ordered", _("Copy ordered"), _("%(actor)s ordered a copy of %(subject)s."), is_retrieval=True),
    Act(
        "viewing.export_fetched",
        _("Copy downloaded"),
        _("%(actor)s downloaded a copy of %(subject)s."),
        is_retrieval=True,
    ),
    Act(
        "viewing.area_shown",
        _("Masking changed"),
        _("%(actor)s changed which part of %(subject)s is shown without masking."),
    ),
    Act("viewing.closed", _("Viewing closed"), _("%(actor)s closed the viewing of %(subject)s.")),
    Act("viewing.revoked", _("Viewing ended by the system"), _("The viewing of %(subject)s by %(viewer)s was ended.")),
    Act(
        "viewing.finding_written",
        _("Finding written down"),
        _("%(actor)s wrote down what a look for an incident led to: %(subject)s."),
    ),
    Act(
        "viewing.acquaintance_marked",
        _("Acquaintance marked"),
        _("%(actor)s marked that %(viewer)s knows somebody on the picture of %(subject)s."),
    ),
    Act(
        "viewing.noticed_dealt",
        _("Noticeable look looked into"),
        _("%(actor)s looked into a noticeable look of %(viewer)s."),
    ),
    Act(
        "viewing.log_thinned",
        _("Viewing log thinned"),
        _("%(actor)s deleted %(count)s rows of the viewing log that were older than its term."),
    ),
)
