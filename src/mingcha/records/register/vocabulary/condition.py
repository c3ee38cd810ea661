"""Words of the archive's condition. What the recorder finds is among its facts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mingcha.records.register.vocabulary.act import Act

ACTS: tuple[Act, ...] = (
    Act(
        "damage.dealt_with",
        _("Damage dealt with"),
        _("%(actor)s dealt with damage to recordings of %(subject)s."),
        of_duty="keep_footage_intact",
    ),
)
