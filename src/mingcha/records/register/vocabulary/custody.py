"""Words of holds and items of custody. The recorder's own words on holds (in force, ended) are among its facts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mingcha.records.register.vocabulary.act import Act

ACTS: tuple[Act, ...] = (
    Act("hold.ordered", _("Hold ordered"), _("%(actor)s ordered that footage of %(subject)s be held.")),
    Act("hold.reviewed", _("Hold reviewed"), _("%(actor)s confirmed that the hold on %(subject)s is still needed.")),
    Act("hold.release_asked", _("Release asked for"), _("%(actor)s asked that the hold on %(subject)s be released.")),
    Act(
        "hold.release_refused",
        _("Release refused"),
        _("%(actor)s refused that the hold on %(subject)s be released."),
    ),
    Act("hold.release_ordered", _("Release ordered"), _("%(actor)s released the hold on %(subject)s.")),
)
