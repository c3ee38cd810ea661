"""Words of the register itself: what was taken out of it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mingcha.records.register.vocabulary.act import Act

ACTS = (
    Act("register.printed", _("Register printed"), _("%(actor)s printed %(count)s entries of the register.")),
    Act("register.export_begun", _("Export begun"), _("%(actor)s began to take entries out of the register.")),
    Act(
        "register.export_finished",
        _("Export finished"),
        _("%(actor)s took %(count)s entries out of the register."),
    ),
    Act("register.record_taken", _("Certificate taken out"), _("%(actor)s took the certificate %(certificate)s out.")),
)
