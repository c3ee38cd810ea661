"""Words of units, contractors, sites, systems, areas and cameras."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mingcha.records.register.vocabulary.act import Act

ACTS = (
    Act("unit.changed", _("Unit changed"), _("%(actor)s changed the particulars of the unit %(subject)s.")),
    Act("contractor.added", _("Contractor added"), _("%(actor)s added the contractor %(subject)s.")),
    Act("contractor.changed", _("Contractor changed"), _("%(actor)s changed the contractor %(subject)s.")),
    Act("contractor.ended", _("Contractor ended"), _("%(actor)s ended the work of the contractor %(subject)s.")),
    Act("site.opened", _("Site opened"), _("%(actor)s opened the site %(subject)s.")),
    Act("site.changed", _("Site changed"), _("%(actor)s changed the particulars of the site %(subject)s.")),
    Act(
        "site.consent_recorded",
        _("Consent recorded"),
        _("%(actor)s recorded that %(unit)s consented to cameras at %(subject)s on %(given_on)s."),
    ),
    Act("system.added", _("System added"), _("%(actor)s added the system %(subject)s.")),
    Act("system.changed", _("System changed"), _("%(actor)s changed the system %(subject)s.")),
    Act(
        "system.advanced",
        _("System advanced"),
        _("%(actor)s took the system %(subject)s to its next stage, as of %(on)s."),
    ),
    Act("area.added", _("Area added"), _("%(actor)s added the area %(subject)s.")),
    Act("area.changed", _("Area changed"), _("%(actor)s changed the area %(subject)s.")),
    Act("area.removed", _("Area removed"), _("%(actor)s removed the area %(subject)s.")),
    Act(
        "device_model.added",
        _("Device model added"),
        _("%(actor)s added the device model %(subject)s."),
        of_duty="compliant_products",
    ),
    Act(
        "device_model.changed",
        _("Device model changed"),
        _("%(actor)s changed the device model %(subject)s."),
        of_duty="compliant_products",
    ),
    Act("camera.added", _("Camera added"), _("%(actor)s added the camera %(subject)s.")),
    Act("camera.refused", _("Camera refused by law"), _("%(actor)s tried what the law forbids with %(subject)s.")),
    Act("camera.changed", _("Camera changed"), _("%(actor)s changed the camera %(subject)s.")),
    Act("camera.described", _("Device described"), _("%(actor)s said what device the camera %(subject)s is.")),
    Act("camera.placed", _("Place stated"), _("%(actor)s said where the camera %(subject)s stands and looks.")),
    Act("camera.moved", _("Camera moved"), _("%(actor)s moved the camera %(subject)s.")),
    Act("camera.reaimed", _("Camera aimed elsewhere"), _("%(actor)s aimed the camera %(subject)s elsewhere.")),
    Act("camera.purpose_changed", _("Purpose changed"), _("%(actor)s gave the camera %(subject)s another purpose.")),
    Act("camera.audio_on", _("Sound switched on"), _("%(actor)s switched on the sound of %(subject)s.")),
    Act("camera.audio_off", _("Sound switched off"), _("%(actor)s switched off the sound of %(subject)s.")),
    Act("camera.retired", _("Camera retired"), _("%(actor)s retired the camera %(subject)s.")),
    Act(
        "camera.change_filed",
        _("Change filed"),
        _("%(actor)s noted that the change of %(subject)s was filed on %(filed_on)s."),
        of_duty="file_changes",
    ),
    Act(
        "camera.ruled_unlawful",
        _("Camera taken out: unlawful"),
        _("By law %(subject)s may not stand where it is; it is no longer recorded."),
    ),
    Act(
        "camera.ruled_waiting",
        _("Camera taken out: waiting"),
        _("By law %(subject)s has to wait for what is missing; it is not recorded."),
    ),
    Act("camera.ruled_lawful", _("Camera lawful"), _("By law %(subject)s may stand where it is; it is recorded.")),
    Act("camera.judged_anew", _("Cameras judged anew"), _("%(cameras)s cameras were judged by the present law.")),
    Act("camera.tested", _("Connection tested"), _("%(actor)s tested the connection of %(subject)s.")),
)
