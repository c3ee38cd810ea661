"""How long the log of who saw what is kept: the longest of what the law says of the site and what the house decided.

Asked of the law for each site; the house's own least (`RULES`) stands in where the law is silent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mingcha import law
from mingcha.law.model import Citation
from mingcha.records.inventory.lawfulness import cited, local_day
from mingcha.records.inventory.models import Site
from mingcha.records.policies.queries import value_of
from mingcha.records.policies.states import PolicyKey


@dataclass(frozen=True, slots=True)
class LogTerm:
    """Days the log of one site is kept. `law_days`: None where no text in force gives a time, or the law cannot be
    asked since the site's region is not told."""

    site: Site
    law_days: int | None
    house_days: int
    citations: tuple[Citation, ...]

    @property
    def days(self) -> int:
        return max(self.law_days or 0, self.house_days)

    def until(self, at: datetime) -> datetime:
        """What was sent before this instant is older than the term."""
        return at - timedelta(days=self.days)


def log_term(site: Site, at: datetime) -> LogTerm:
    """The term of one site."""
    house = value_of(PolicyKey.KEEP_LOG_DAYS, site=site.public_id, at=at)
    if not site.region:
        return LogTerm(site, None, house, ())
    facts = {"region": site.region, "on": local_day(at).isoformat(), "drafts": site.drafts}
    answer: dict[str, Any] = law.decide("log_retention", facts)
    return LogTerm(site, answer["days"], house, cited(answer) if answer["days"] is not None else ())


def log_terms(sites: Iterable[Site], at: datetime) -> list[LogTerm]:
    """The same of each site."""
    return [log_term(site, at) for site in sites]
