"""Sentences about units, sites, areas and cameras, by error code; `owed.*` are lines of the home page."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PLACES: dict[str, str | Promise] = {
    "area.kind": _("Choose the kind of area from the list."),
    "area.name_taken": _("Another area of this site has this name already."),
    "area.occupied": _("Cameras stand in this area. Move or retire them first."),
    "area.removed": _("This area was removed already."),
    "area.unknown": _("There is no such area."),
    "contractor.dates": _("The agreement ends before it begins."),
    "contractor.ended": _("The work of this contractor has been ended already."),
    "contractor.in_charge": _("A site or a camera still names this contractor. Name another one there first."),
    "contractor.name_taken": _("Another contractor has this name already."),
    "contractor.unknown": _("There is no such contractor."),
    "credit_code.wrong": _(
        "This is not a unified social credit code: its 18 characters or its check character differ."
    ),
    "date.future": _("This day has not come yet."),
    "device_model.taken": _("This model is in the list already."),
    "device_model.unknown": _("There is no such device model."),
    "site.consent_file": _("Add the letter of consent as a file."),
    "site.consent_unit": _("Name the unit that consented."),
    "site.dates": _("The days are not in their order: built, accepted, in use, closed."),
    "site.installer": _("Choose who installs from the list."),
    "site.name_taken": _("Another site has this name already."),
    "site.no_confidential_unit": _("No confidential unit is near this site. Say so in the site's particulars first."),
    "site.place": _("Choose the kind of place from the list."),
    "site.region": _("No province has a code that begins so. Give six digits."),
    "site.told": _("Region and kind of place can be corrected, but not taken back: the law is asked by them."),
    "site.unknown": _("There is no such site."),
    "system.dates": _("The days are not in their order: design, construction, inspection."),
    "system.name_taken": _("Another system of this site has this name already."),
    "system.not_accepted": _("By law this system has to be accepted before it is used. Record its acceptance first."),
    "system.step": _("A system does not pass from its present stage to this one."),
    "system.unknown": _("There is no such system."),
    "text.long": _("This may have at most %(limit)s characters."),
}

CAMERAS: dict[str, str | Promise] = {
    "alteration.filed": _("Nothing has to be filed for this change, or it has been filed already."),
    "camera.area": _("This area belongs to another site."),
    "camera.audio_reason": _("Sound is off by law unless there is a reason. State the reason to switch it on."),
    "camera.gb_code_taken": _("Another camera has this code already."),
    "camera.name_control": _("The name must not hold line breaks or other control characters."),
    "camera.name_empty": _("Give the camera a name."),
    "camera.name_long": _("The name may have at most %(limit)s characters."),
    "camera.name_taken": _("Another camera of this site has this name already."),
    "camera.necessity": _("Say why public security needs this camera here. The law lets it stand for that alone."),
    "camera.notice": _(
        "By law the public security organ has to be told beforehand: for today, by %(notice_by)s at the latest."
    ),
    "camera.position": _("This measure must lie between %(least)s and %(most)s."),
    "camera.position_half": _("Give latitude and longitude together."),
    "camera.prohibited": _(
        "The law forbids a camera there. It has not been put into use; the attempt is in the register."
    ),
    "camera.replacement_plan": _(
        "By law a plan for rebuilding or replacing this camera has to exist first. Name it or add it."
    ),
    "camera.retired": _("This camera has been retired."),
    "camera.system": _("This system belongs to another site."),
    "camera.unknown": _("There is no such camera, or you may not see it."),
    "camera.url_credentials": _("Do not put the password into the address; use the fields for user name and password."),
    "camera.control_url": _(
        "This is not an address of an ONVIF service. Give the device's address, without user name and password."
    ),
    "camera.url_long": _("An address may have at most %(limit)s characters."),
    "probe.waiting": _("The recorder did not answer in time. Check that the gateway is running, then try again."),
}

OWED: dict[str, str | Promise] = {
    "owed.agreement_expires": _("The agreement with %(name)s ends on %(due)s."),
    "owed.agreement_missing": _("The agreement with %(name)s is not on file."),
    "owed.camera_consent": _("%(name)s waits for the consent of the confidential unit and is not recorded."),
    "owed.camera_consent_more": _("%(count)s more cameras wait for consent."),
    "owed.camera_unlawful": _("The law forbids %(name)s where it stands. Move or retire it; it is not recorded."),
    "owed.camera_unlawful_more": _("%(count)s more cameras stand where the law forbids it."),
    "owed.camera_waiting": _("%(name)s waits for a statement why public security needs it and is not recorded."),
    "owed.camera_waiting_more": _("%(count)s more cameras wait for such a statement."),
    "owed.certificate_expires": _("The certificate of %(name)s ends on %(due)s."),
    "owed.change_filing": _("The change of %(name)s has to be filed with the public security organ."),
    "owed.change_filing_more": _("%(count)s more changes have to be filed."),
    "owed.confidentiality_missing": _("%(name)s has not signed an undertaking of confidentiality."),
    "owed.licence_expires": _("The licence of %(name)s ends on %(due)s."),
    "owed.necessity": _("%(name)s: %(count)s cameras lack a statement why public security needs them."),
    "owed.site_incomplete": _(
        "%(name)s lacks what a filing asks for: address, day of first use or the organ it is filed with."
    ),
    "owed.site_not_judged": _("%(name)s: %(count)s cameras could not be judged. Say the region and the kind of place."),
    "owed.site_untold": _("%(name)s: say the region and the kind of place, so that the law can be asked."),
    "owed.unit_incomplete": _(
        "%(name)s lacks what a filing asks for: credit code, address, responsible person or telephone."
    ),
}

MESSAGES: dict[str, str | Promise] = {**PLACES, **CAMERAS, **OWED}
