"""Words of the notices."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mingcha.records.register.vocabulary.act import Act

ACTS: tuple[Act, ...] = (
    Act("sign.planned", _("Notice planned"), _("%(actor)s planned the notice %(subject)s.")),
    Act("sign.changed", _("Notice changed"), _("%(actor)s changed place or cameras of the notice %(subject)s.")),
    Act("sign.posted", _("Notice posted"), _("%(actor)s noted that the notice %(subject)s was put up.")),
    Act("sign.checked", _("Notice checked"), _("%(actor)s checked the notice %(subject)s.")),
    Act("sign.removed", _("Notice taken down"), _("%(actor)s noted that the notice %(subject)s was taken down.")),
    Act(
        "notice.published",
        _("Public page published"),
        _("%(actor)s published the public page of %(subject)s or changed what it says."),
    ),
    Act(
        "notice.link_renewed",
        _("Public address renewed"),
        _("%(actor)s gave the public page of %(subject)s another address."),
    ),
    Act("notice.withdrawn", _("Public page closed"), _("%(actor)s closed the public page of %(subject)s.")),
)
