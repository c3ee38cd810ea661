"""Reads of posts, appointments and personnel files."""

from mingcha.records.personnel.queries.files import (
    cover_of,
    evidence_for,
    line_for,
    lines_of,
    masked_number,
    open_number,
    people,
    people_for,
    person_for,
)
from mingcha.records.personnel.queries.holdings import (
    CheckLine,
    Checklist,
    Held,
    Holdings,
    circumstances,
    listed,
)
from mingcha.records.personnel.queries.narrowing import may_lack
from mingcha.records.personnel.queries.owed import (
    contractors,
    expiring,
    not_filed,
    owed,
    suspended,
    vacancies,
)
from mingcha.records.personnel.queries.places import InPost, in_posts, people_of_site
from mingcha.records.personnel.queries.posts import (
    appointment_for,
    appointments,
    employer_for,
    open_posts,
    post_for,
    posts_of_sites,
)
from mingcha.records.personnel.queries.staff import StaffRow, staff_rows
from mingcha.records.personnel.queries.watching import (
    WatchGap,
    appointments_of,
    current,
    has_watch,
    may_go_on_watching,
    may_watch,
    require_watch,
    standing_of,
    watch_gap,
)
from mingcha.records.wording.owed import Owed

__all__ = [
    "CheckLine",
    "Checklist",
    "Held",
    "Holdings",
    "InPost",
    "Owed",
    "StaffRow",
    "WatchGap",
    "appointment_for",
    "appointments",
    "appointments_of",
    "circumstances",
    "contractors",
    "cover_of",
    "current",
    "employer_for",
    "evidence_for",
    "expiring",
    "has_watch",
    "in_posts",
    "line_for",
    "lines_of",
    "listed",
    "masked_number",
    "may_go_on_watching",
    "may_lack",
    "may_watch",
    "not_filed",
    "open_number",
    "open_posts",
    "owed",
    "people",
    "people_for",
    "people_of_site",
    "person_for",
    "post_for",
    "posts_of_sites",
    "require_watch",
    "staff_rows",
    "standing_of",
    "suspended",
    "vacancies",
    "watch_gap",
]
