"""Words of the archive."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mingcha.records.register.vocabulary.act import Act

ACTS: tuple[Act, ...] = (
    Act("document.filed", _("Document filed"), _("%(actor)s filed the document %(subject)s in the archive.")),
    Act(
        "document.version_added",
        _("Document version added"),
        _("%(actor)s added version %(version)s of the document %(subject)s."),
    ),
    Act("document.withdrawn", _("Document withdrawn"), _("%(actor)s withdrew the document %(subject)s.")),
    Act(
        "document.handed_over",
        _("Documents handed over"),
        _("%(actor)s handed over %(documents)s documents to %(receiver)s: %(subject)s."),
    ),
)
