"""Sentences about posts, appointments and the personnel file, by error code."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, str | Promise] = {
    "appointment.ended": _("This appointment has ended already."),
    "appointment.file_incomplete": _(
        "The law does not permit this appointment yet. Missing in the personnel file: %(missing)s."
    ),
    "appointment.overlaps": _("This person holds this post in that time already. End that appointment first."),
    "appointment.range": _("The last day must not come before the first."),
    "appointment.reason": _("Say why the appointment ends now."),
    "appointment.unknown": _("There is no such appointment."),
    "file_line.unknown": _("There is no such line in this file."),
    "file.line_withdrawn": _("This line has been withdrawn already."),
    "file.number_taken": _("Another person's file holds this number already: %(name)s."),
    "file.number_none": _("This file holds no such number."),
    "file.people_none": _("Choose at least one person."),
    "file.people_many": _("At most %(limit)s people at once."),
    "file.reason": _("State the reason; it goes into the register."),
    "file.day_ahead": _("This day has not come yet."),
    "file.day_order": _("The undertaking is signed on the day of the education or after it."),
    "file.expiry": _("The last day it counts must not come before its own day."),
    "file.text_empty": _("Fill this in."),
    "file.text_control": _("The text must not hold line breaks or other control characters."),
    "file.text_long": _("This may have at most %(limit)s characters."),
    "identity.shape": _("A resident id has 17 digits and then a digit or X."),
    "identity.check_digit": _("The last sign does not fit the other seventeen digits: one of them was mistyped."),
    "identity.birthday": _("The birthday in this number is no day of the past. Check digits 7 to 14."),
    "identity.document": _("The number of a passport or permit has 5 to 20 letters and digits."),
    "identity.phone": _("A telephone number has 7 to 15 digits."),
    "owed.appointment_expires": _("The appointment of %(name)s to “%(post)s” ends on %(due)s."),
    "owed.appointment_expires_more": _("%(count)s more appointments end soon."),
    "owed.contractor_staff": _("Agreement or licence of %(name)s, whose people hold posts, ends on %(due)s."),
    "owed.contractor_staff_more": _("%(count)s more contractors with people in posts run out."),
    "owed.item_expires": _("%(item)s of %(name)s expires on %(due)s."),
    "owed.item_expires_more": _("%(count)s more items of personnel files expire soon."),
    "owed.own_expires": _("%(item)s in your personnel file expires on %(due)s. Ask the records clerk for a new one."),
    "owed.own_suspended": _("Your personnel file lacks: %(missing)s. Until then you see no pictures of “%(site)s”."),
    "owed.post_suspended": _("%(name)s, in the post “%(post)s”, may not watch. The file lacks: %(missing)s."),
    "owed.post_suspended_more": _("%(count)s more people in posts may not watch."),
    "owed.post_vacant": _("Nobody holds the post “%(name)s” at %(site)s."),
    "owed.post_vacant_more": _("%(count)s more posts are vacant."),
    "owed.staff_not_filed": _("%(name)s has not been filed with the police of %(site)s."),
    "owed.staff_not_filed_more": _("%(count)s more people have not been filed with the police."),
    "post.closed": _("This post has been closed."),
    "post.held": _("Somebody holds this post. End the appointments first."),
    "post.name_taken": _("Another post of this site has this name already."),
    "post.seats": _("A post has between 1 and %(limit)s places."),
    "post.unknown": _("There is no such post."),
    "watch.file_incomplete": _(
        "Your personnel file is no longer complete (%(missing)s), so watching at “%(site)s” is suspended. "
        "Ask the records clerk to complete it."
    ),
    "watch.no_post": _(
        "You hold no current appointment to a monitoring or management post at “%(site)s”. "
        "Ask your manager to appoint you under “Posts”."
    ),
}
