"""Words of units, sites, areas and cameras."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mingcha.records.register.vocabulary.act import Act

ACTS = (
    Act("site.opened", _("Site opened"), _("%(actor)s opened the site %(subject)s.")),
    Act("site.changed", _("Site changed"), _("%(actor)s changed the particulars of the site %(subject)s.")),
    Act("camera.added", _("Camera added"), _("%(actor)s added the camera %(subject)s.")),
    Act("camera.changed", _("Camera changed"), _("%(actor)s changed the camera %(subject)s.")),
    Act("camera.audio_on", _("Sound switched on"), _("%(actor)s switched on the sound of %(subject)s.")),
    Act("camera.audio_off", _("Sound switched off"), _("%(actor)s switched off the sound of %(subject)s.")),
    Act("camera.retired", _("Camera retired"), _("%(actor)s retired the camera %(subject)s.")),
    Act("camera.tested", _("Connection tested"), _("%(actor)s tested the connection of %(subject)s.")),
)
