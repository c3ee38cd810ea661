"""What the law's data are made of: instruments, citations, article rows, and one entry type for each subject.

An entry is one cited statement of one instrument. Its `scope` says which places it speaks of:
``public`` every public place, ``listed`` those on its instrument's own must-have list, ``unlisted`` the other public
places, ``home`` homes only. `places`, `except_places` and `list_items` narrow it further.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Instrument:
    """One legal text. `rank`: 1 administrative regulation, 2 provincial rule, 3 city rule. `in_force_from` is None for
    a draft, which applies only when asked for. `territory`: prefix of the GB/T 2260 code. `commencement` and
    `territory_by` cite the articles that say so."""

    id: str
    rank: int
    status: str
    territory: str
    in_force_from: date | None
    zh: str
    en: str
    short_zh: str
    short_en: str
    commencement: Citation
    territory_by: Citation | None = None


class Citation(NamedTuple):
    """Where a statement stands: instrument, article, and the item as the article table names it ("" for the whole)."""

    instrument: str
    article: int
    item: str = ""

    def as_dict(self) -> dict[str, object]:
        """The form of the decision interface."""
        found: dict[str, object] = {"instrument": self.instrument, "article": self.article}
        if self.item:
            found["item"] = self.item
        return found


@dataclass(frozen=True, slots=True)
class Article:
    """One row of the article table, paraphrased. Exactly one of `feature` (the part of the product that answers the
    row on screen or in a report) and `not_software` (why it is none of ours) is filled."""

    cite: Citation
    kind: str
    addressee: str
    zh: str
    en: str
    feature: str = ""
    not_software: str = ""
    sanction: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """Where a text left a choice: what was read, what else it could be, and why. A general one binds rules as a whole;
    the others are named by entries."""

    id: str
    en: str
    zh: str
    instead: str
    why: str
    general: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Entry:
    """What all subjects share. `reading` names a section of docs/law/readings.md when the text left a choice.

    Each entry is itself: compared and hashed by identity, so tuples of grounds are cheap keys.
    """

    cite: Citation
    scope: str = "public"
    places: frozenset[str] = frozenset()
    except_places: frozenset[str] = frozenset()
    list_items: frozenset[str] = frozenset()
    reading: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MustHave(Entry):
    """Places that must have a system; `places` is the list itself."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ban(Entry):
    """Areas where no camera may stand, or something no camera may capture (`captures`: passwords)."""

    areas: frozenset[str] = frozenset()
    captures: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Entitlement(Entry):
    """Who may install there; all others may not."""

    installers: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Necessity(Entry):
    """A camera there must be needed for public security."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Consent(Entry):
    """A confidential unit nearby must consent first; `condition` stays once it has."""

    condition: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Condition(Entry):
    """Something that has to be done with a camera that may stand."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Filing(Entry):
    """A filing. `start`: the fact, or the instrument's first day (in_force_from), that days are counted from; `days`
    is None where the text gives no number. `systems`: those put in use before (existing) or since (new) that day."""

    kind: str
    start: str
    days: int | None = None
    systems: str = "any"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Retention(Entry):
    """A floor: `days` x 24 h or `years` of the calendar. `when`: the fact that calls for it, or always. `yields_to`
    cites the provision by which it stands back where a higher instrument has a floor of its own."""

    days: int | None = None
    years: int | None = None
    when: str = "always"
    yields_to: Citation | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Deletion(Entry):
    """Orders deletion once every floor has passed and the purpose is met."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogRetention(Entry):
    """Days that system logs are kept."""

    days: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AccessGrant(Entry):
    """These requesters may have footage in these modes."""

    requesters: frozenset[str]
    modes: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AccessDemand(Entry):
    """What these requesters must bring: one of `any_of` (facts that hold, or documents shown), or `officers` staff.
    Without it, `code` is missing. No `modes` means all modes."""

    requesters: frozenset[str]
    code: str
    modes: frozenset[str] = frozenset()
    any_of: frozenset[str] = frozenset()
    officers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Publication(Entry):
    """What publication demands when the clip shows one of `shows` (always, when empty). `met_by`: lawful_basis,
    masked (everything of `shows` masked) or irreversible."""

    code: str
    met_by: str
    shows: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Removal(Entry):
    """What comes before moving or removing: replacement_plan, notice (`days` ahead), change_filing, authority."""

    kind: str
    days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a sanction. `when`: always, refused, serious, refused_or_serious. Fines are (from, to) in RMB."""

    when: str
    measures: tuple[str, ...]
    individual: tuple[int, ...] = ()
    unit: tuple[int, ...] = ()
    responsible_person: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sanction(Entry):
    """What one article does about these breaches, step by step."""

    breaches: frozenset[str]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Duty(Entry):
    """A standing duty of the managing unit. `when`: the fact that calls for it, or always. `days_from` names the
    subject whose entry of the same citation holds the number of days."""

    code: str
    when: str = "always"
    days_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Archive(Entry):
    """A paper the archive must hold, at a stage of life: any one of `papers`. `per`: what each must have its own of
    (system, site, contractor, device_model). `when`: the fact that calls for it, or always."""

    stage: str
    papers: frozenset[str]
    per: str = "system"
    when: str = "always"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RetrievalRecord(Entry):
    """What must be written down of each retrieval of footage: `fields`, in the order of the text. `of`: only where
    these requesters retrieve; all when empty. `when`: the fact that calls for it, or always."""

    fields: tuple[str, ...]
    of: frozenset[str] = frozenset()
    when: str = "always"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Exemption(Entry):
    """Sets aside the entries of its instrument that cite these articles (and an item beginning so) in its scope."""

    articles: tuple[Citation, ...]


SUBJECTS: dict[str, type[Entry]] = {
    "must_have": MustHave,
    "bans": Ban,
    "entitlement": Entitlement,
    "necessity": Necessity,
    "consent": Consent,
    "conditions": Condition,
    "filing": Filing,
    "retention": Retention,
    "deletion": Deletion,
    "log_retention": LogRetention,
    "access_grants": AccessGrant,
    "access_demands": AccessDemand,
    "publication": Publication,
    "removal": Removal,
    "sanctions": Sanction,
    "duties": Duty,
    "archive": Archive,
    "retrieval_record": RetrievalRecord,
    "exemptions": Exemption,
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One data file: a subject of an instrument, its meaning, and its entries from each day on. The day is None for a
    draft, whose first day is open."""

    instrument: str
    subject: str
    zh: str
    en: str
    values: tuple[tuple[date | None, tuple[Entry, ...]], ...]

    @property
    def id(self) -> str:
        return f"{self.instrument}/{self.subject}"

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries of all days."""
        return tuple(entry for _, entries in self.values for entry in entries)
