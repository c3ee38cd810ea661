"""The closed vocabulary of the register: every word an entry may carry, with its title and its sentence.

Words are past tense and dotted (``camera.added``). Sentences have named places only: ``actor`` and ``subject`` are
the names as they were at the time, all others are keys of the entry's detail. A word is never renamed or taken away,
because old entries keep it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Act:
    """`word`: what stands in the entry; `title`: for lists and filters; `sentence`: with named places."""

    word: str
    title: str | Promise
    sentence: str | Promise

    @property
    def subject_area(self) -> str:
        """The part before the dot: what kind of thing the act is about."""
        return self.word.partition(".")[0]


_PERSONS = (
    Act("person.created", _("Person added"), _("%(actor)s added %(subject)s.")),
    Act("person.role_changed", _("Role changed"), _("%(actor)s changed the role of %(subject)s.")),
    Act(
        "person.one_time_login_issued",
        _("One-time login issued"),
        _("%(actor)s issued a one-time login for %(subject)s."),
    ),
    Act("person.password_set", _("Password set"), _("%(subject)s set a new password.")),
    Act("person.signed_in", _("Signed in"), _("%(subject)s signed in.")),
    Act("person.sign_in_failed", _("Sign-in failed"), _("A sign-in as “%(login)s” failed.")),
    Act(
        "person.locked_out",
        _("Sign-in locked"),
        _("Sign-in as “%(login)s” was locked for a while after repeated failures."),
    ),
    Act("person.signed_out", _("Signed out"), _("%(subject)s signed out.")),
    Act("person.disabled", _("Person disabled"), _("%(actor)s disabled the account of %(subject)s.")),
    Act("person.enabled", _("Person enabled"), _("%(actor)s enabled the account of %(subject)s again.")),
)

_INVENTORY = (
    Act("site.opened", _("Site opened"), _("%(actor)s opened the site %(subject)s.")),
    Act("site.changed", _("Site changed"), _("%(actor)s changed the particulars of the site %(subject)s.")),
    Act("camera.added", _("Camera added"), _("%(actor)s added the camera %(subject)s.")),
    Act("camera.changed", _("Camera changed"), _("%(actor)s changed the camera %(subject)s.")),
    Act("camera.audio_on", _("Sound switched on"), _("%(actor)s switched on the sound of %(subject)s.")),
    Act("camera.audio_off", _("Sound switched off"), _("%(actor)s switched off the sound of %(subject)s.")),
    Act("camera.retired", _("Camera retired"), _("%(actor)s retired the camera %(subject)s.")),
    Act("camera.tested", _("Connection tested"), _("%(actor)s tested the connection of %(subject)s.")),
)

_VIEWING = (
    Act("viewing.live_opened", _("Live view opened"), _("%(actor)s opened the live view of %(subject)s.")),
    Act("viewing.playback_opened", _("Playback opened"), _("%(actor)s opened the playback of %(subject)s.")),
    Act("viewing.snapshot_taken", _("Snapshot taken"), _("%(actor)s took a snapshot of %(subject)s.")),
    Act("viewing.export_ordered", _("Copy ordered"), _("%(actor)s ordered a copy of %(subject)s.")),
    Act("viewing.export_fetched", _("Copy downloaded"), _("%(actor)s downloaded a copy of %(subject)s.")),
    Act("viewing.closed", _("Viewing closed"), _("%(actor)s closed the viewing of %(subject)s.")),
    Act("viewing.revoked", _("Viewing ended by the system"), _("The viewing of %(subject)s by %(viewer)s was ended.")),
)

_RECORDER = (
    Act("recorder.started", _("Recorder started"), _("The recorder started.")),
    Act("recorder.stopped", _("Recorder stopped"), _("The recorder was stopped in order.")),
    Act("camera.state", _("Camera state changed"), _("The state of %(subject)s changed.")),
    Act("gap.closed", _("Gap in the recording"), _("A stretch without recording of %(subject)s ended.")),
    Act("run.started", _("Stream began"), _("A stream of %(subject)s began or changed its format.")),
    Act("storage.alarm", _("Storage alarm"), _("The store raised an alarm.")),
    Act("clock.stepped", _("Clock was set"), _("The clock of the node was set while recording.")),
    Act("viewing.served", _("Pictures were sent"), _("Pictures of %(subject)s were sent to a viewer.")),
    Act("export.finished", _("Copy finished"), _("A copy of %(subject)s was finished.")),
    Act("export.failed", _("Copy failed"), _("A copy of %(subject)s could not be made.")),
    Act("local.act", _("Command on the node"), _("Somebody used the command line on the node itself.")),
)

ACTS: dict[str, Act] = {act.word: act for act in (*_PERSONS, *_INVENTORY, *_VIEWING, *_RECORDER)}
