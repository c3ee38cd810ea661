"""The shape of a word of the register."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Act:
    """`word`: what stands in the entry; `title`: for lists and filters; `sentence`: with named places.

    `is_retrieval`: footage was seen, copied or handed out, so the entry is a line of the statutory register of
    retrievals. `of_duty`: the standing duty (`law`'s duty code) such entries answer; that of its area when empty.
    """

    word: str
    title: str | Promise
    sentence: str | Promise
    is_retrieval: bool = False
    of_duty: str = ""

    @property
    def subject_area(self) -> str:
        """The part before the dot: what kind of thing the act is about."""
        return self.word.partition(".")[0]

    @property
    def duty(self) -> str:
        """The standing duty such entries answer, as a code of the law's data."""
        return self.of_duty or DUTY_OF_AREA.get(self.subject_area, GENERAL_DUTY)


# Who did what on this system at all: authorisation and access control over internal use.
GENERAL_DUTY = "control_access"
DUTY_OF_AREA = {
    "viewing": "keep_access_register",
    "export": "keep_access_register",
    "retrieval": "keep_access_register",
    "disclosure": "keep_access_register",
    "register": "keep_access_register",
    "camera": "site_with_care",
    "area": "site_with_care",
    "sign": "post_sign",
    "notice": "post_sign",
    "document": "keep_archive",
    "handover": "keep_archive",
    "contractor": "bind_contractor",
    "personnel": "vet_staff",
    "post": "vet_staff",
    "appointment": "vet_staff",
    "check": "vet_staff",
    "undertaking": "vet_staff",
    "training": "train_staff",
    "gap": "maintain_equipment",
    "run": "maintain_equipment",
    "storage": "maintain_equipment",
    "clock": "maintain_equipment",
    "recorder": "maintain_equipment",
    "item": "keep_access_register",
    "hold": "keep_footage",
    "footage": "keep_footage",
}
