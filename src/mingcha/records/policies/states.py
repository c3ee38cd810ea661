"""The closed list of policies, which way each is stricter, and the kinds of approval: pure data.

No number here is the law's: where a text sets one, the law is asked as well, and the stricter of the two holds. A
further policy is a line in `PolicyKey` and in `RULES`, and a translation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mingcha.records.accounts.states import Permission

TEXT_LIMIT = 500
VALUE_MOST = 36_500
LOG_DAYS = 180
"""The least the house itself keeps the viewing log: a choice of ours, since most places have no text that says."""


class PolicyKey(models.TextChoices):
    """What the house may decide for itself."""

    SECOND_OTHER_SHIFT = "second_other_shift", _("Second person for playback from outside one's own shift")
    SECOND_NIGHT = "second_night", _("Second person for recordings at night")
    NIGHT_FROM = "night_from", _("The night begins at")
    NIGHT_UNTIL = "night_until", _("The night ends at")
    BULK_CAMERAS = "bulk_cameras", _("Second person from so many cameras at once")
    BULK_HOURS = "bulk_hours", _("Second person from so many hours of recordings at once")
    FOLLOW_UP_HOURS = "follow_up_hours", _("A finding is owed after looking for an incident")
    SECOND_GRANT = "second_grant", _("Second person for granting a request")
    SECOND_HANDOVER = "second_handover", _("Second person for handing out a copy")
    DESTROY_WITNESSES = "destroy_witnesses", _("Witnesses when a copy outside is destroyed")
    KEEP_DAYS = "keep_days", _("Keep recordings at least")
    KEEP_LOG_DAYS = "keep_log_days", _("Keep the viewing log at least")


class ValueKind(Enum):
    """How a value is read and written."""

    YES_NO = "yes_no"
    COUNT = "count"
    HOURS = "hours"
    DAYS = "days"
    O_CLOCK = "o_clock"


class Stricter(Enum):
    """Which way a value is stricter. `LOWER_NOT_0`: lower, but 0 switches the policy off."""

    HIGHER = "higher"
    LOWER = "lower"
    LOWER_NOT_0 = "lower_not_0"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a policy's value may be. `notice_days`: how long a weakening waits once a second person has agreed;
    `per_site`: whether a site may have a value of its own; `about`: what it does, for the page."""

    kind: ValueKind
    stricter: Stricter
    default: int
    notice_days: int
    most: int
    about: str | Promise
    least: int = 0
    per_site: bool = True

    def rank(self, value: int) -> int:
        """Strictness as a number; higher is stricter."""
        if self.stricter is Stricter.HIGHER:
            return value
        is_off = self.stricter is Stricter.LOWER_NOT_0 and value == 0
        return -VALUE_MOST - 1 if is_off else -value


_OFF_ON = (ValueKind.YES_NO, Stricter.HIGHER, 0)

RULES: dict[str, Rule] = {
    PolicyKey.SECOND_OTHER_SHIFT: Rule(
        *_OFF_ON, 3, 1, _("Playback and copies of what was recorded outside the hours of the viewer's own sign-ins.")
    ),
    PolicyKey.SECOND_NIGHT: Rule(
        *_OFF_ON, 3, 1, _("Playback and copies asked for during the night. Live pictures are never held up.")
    ),
    PolicyKey.NIGHT_FROM: Rule(ValueKind.O_CLOCK, Stricter.LOWER, 22, 3, 24, _("By the clock of the site."), least=12),
    PolicyKey.NIGHT_UNTIL: Rule(ValueKind.O_CLOCK, Stricter.HIGHER, 6, 3, 12, _("By the clock of the site.")),
    PolicyKey.BULK_CAMERAS: Rule(
        ValueKind.COUNT,
        Stricter.LOWER_NOT_0,
        0,
        3,
        64,
        _("Recordings of at least so many cameras opened together. 0: never."),
    ),
    PolicyKey.BULK_HOURS: Rule(
        ValueKind.HOURS,
        Stricter.LOWER_NOT_0,
        0,
        3,
        192,
        _("Recordings opened or copied together, all cameras added up. 0: never."),
    ),
    PolicyKey.FOLLOW_UP_HOURS: Rule(
        ValueKind.HOURS,
        Stricter.LOWER_NOT_0,
        24,
        3,
        720,
        _("Whoever looked for an incident writes down within so many hours what was found. 0: never."),
    ),
    PolicyKey.SECOND_GRANT: Rule(*_OFF_ON, 3, 1, _("Granting somebody from outside to see, copy or take over.")),
    PolicyKey.SECOND_HANDOVER: Rule(*_OFF_ON, 3, 1, _("Handing a medium with recordings to its receiver.")),
    PolicyKey.DESTROY_WITNESSES: Rule(
        ValueKind.COUNT, Stricter.HIGHER, 0, 3, 2, _("Discs and files that left the recorder, besides who attests it.")
    ),
    PolicyKey.KEEP_DAYS: Rule(
        ValueKind.DAYS, Stricter.HIGHER, 0, 7, 3650, _("Longer than the law asks, never shorter. 0: as the law says.")
    ),
    PolicyKey.KEEP_LOG_DAYS: Rule(
        ValueKind.DAYS,
        Stricter.HIGHER,
        LOG_DAYS,
        30,
        VALUE_MOST,
        _("Who saw what. Where the law asks for longer, the law holds; entries of the register are never deleted."),
        least=LOG_DAYS,
    ),
}


class ApprovalKind(models.TextChoices):
    """What a second person is asked to consent to."""

    VIEWING = "viewing", _("Viewing recordings")
    GRANT = "grant", _("Granting a request")
    ITEM_HANDOVER = "item_handover", _("Handing out a copy")


class Answer(models.TextChoices):
    """What became of a wish for approval."""

    GIVEN = "given", _("Approved")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Taken back")


APPROVERS: dict[str, Permission] = {
    ApprovalKind.VIEWING: Permission.APPROVE_VIEWING,
    ApprovalKind.GRANT: Permission.DECIDE_ACCESS,
    ApprovalKind.ITEM_HANDOVER: Permission.RELEASE,
}
"""The right that the second person must hold, when consenting and still when the consent is used."""

WAITS: dict[str, timedelta] = {
    ApprovalKind.VIEWING: timedelta(hours=12),
    ApprovalKind.GRANT: timedelta(days=7),
    ApprovalKind.ITEM_HANDOVER: timedelta(days=7),
}
"""How long a wish waits for an answer."""

STANDS: dict[str, timedelta] = {
    ApprovalKind.VIEWING: timedelta(hours=1),
    ApprovalKind.GRANT: timedelta(days=1),
    ApprovalKind.ITEM_HANDOVER: timedelta(days=7),
}
"""How long a consent may be used, once. All of these are choices of ours: no text sets them."""
