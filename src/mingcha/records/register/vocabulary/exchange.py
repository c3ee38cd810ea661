"""Words of taking the inventory in and out, and of searching for cameras."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mingcha.records.register.vocabulary.act import Act

ACTS = (
    Act(
        "inventory.import_checked",
        _("Inventory file checked"),
        _("%(actor)s had the inventory file %(subject)s checked."),
    ),
    Act("inventory.imported", _("Inventory file taken in"), _("%(actor)s took in the inventory file %(subject)s.")),
    Act("inventory.exported", _("Inventory written out"), _("%(actor)s wrote out the cameras of %(subject)s.")),
    Act("inventory.searched", _("Cameras searched"), _("%(actor)s searched the network for cameras.")),
)
