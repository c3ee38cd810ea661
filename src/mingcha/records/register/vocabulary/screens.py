"""Words of named screens."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mingcha.records.register.vocabulary.act import Act

ACTS: tuple[Act, ...] = (
    Act("screen.named", _("Screen named"), _("%(actor)s named the screen %(subject)s.")),
    Act("screen.retired", _("Screen out of use"), _("%(actor)s took the screen %(subject)s out of use.")),
)
