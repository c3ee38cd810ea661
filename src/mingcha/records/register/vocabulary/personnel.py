"""Words of posts, appointments and the personnel file."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mingcha.records.register.vocabulary.act import Act

ACTS = (
    Act("post.opened", _("Post opened"), _("%(actor)s opened the post “%(subject)s” at %(site_name)s.")),
    Act("post.changed", _("Post changed"), _("%(actor)s changed the post “%(subject)s”.")),
    Act("post.closed", _("Post closed"), _("%(actor)s closed the post “%(subject)s” at %(site_name)s.")),
    Act(
        "appointment.made",
        _("Appointed"),
        _("%(actor)s appointed %(subject)s to the post “%(post_name)s” at %(site_name)s."),
    ),
    Act(
        "appointment.ended",
        _("Appointment ended"),
        _("%(actor)s ended the appointment of %(subject)s to the post “%(post_name)s” at %(site_name)s."),
    ),
    Act(
        "personnel.file_opened",
        _("Personnel file opened"),
        _("%(actor)s opened the personnel file of %(subject)s."),
        of_duty="vet_staff",
    ),
    Act(
        "personnel.file_changed",
        _("Personnel file changed"),
        _("%(actor)s changed the particulars in the personnel file of %(subject)s."),
        of_duty="vet_staff",
    ),
    Act(
        "personnel.check_recorded",
        _("Entry check recorded"),
        _("%(actor)s recorded the entry check of %(subject)s."),
        of_duty="vet_staff",
    ),
    Act(
        "personnel.undertaking_filed",
        _("Confidentiality undertaking filed"),
        _("%(actor)s filed the confidentiality undertaking of %(subject)s."),
        of_duty="vet_staff",
    ),
    Act(
        "personnel.training_recorded",
        _("Training recorded"),
        _("%(actor)s recorded the training “%(course)s” of %(subject)s."),
        of_duty="train_staff",
    ),
    Act(
        "personnel.police_filing_recorded",
        _("Police filing of staff recorded"),
        _("%(actor)s recorded that %(subject)s had been filed with %(organ)s."),
        of_duty="file_staff",
    ),
    Act(
        "personnel.line_withdrawn",
        _("Line of a personnel file withdrawn"),
        _("%(actor)s withdrew a line of the personnel file of %(subject)s."),
        of_duty="vet_staff",
    ),
    Act(
        "personnel.number_revealed",
        _("Personal number shown in full"),
        _("%(actor)s had a personal number of %(subject)s shown in full."),
    ),
    Act(
        "personnel.staff_list_taken",
        _("Staff list taken out"),
        _("%(actor)s took out the staff list of %(subject)s for filing with the police."),
        of_duty="file_staff",
    ),
)
