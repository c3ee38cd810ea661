"""Reads of requests from outside."""

from mingcha.records.disclosure.queries.facts import answer_for, applicant_of, asked_of, facts_of, seers, subject_name
from mingcha.records.disclosure.queries.lists import (
    Search,
    debts,
    found_requests,
    is_open_now,
    known_organs,
    masked_applicant_number,
    masked_officer_number,
    request_for,
    requests,
)
from mingcha.records.disclosure.queries.owed import Owed, owed

__all__ = [
    "Owed",
    "Search",
    "answer_for",
    "applicant_of",
    "asked_of",
    "debts",
    "facts_of",
    "found_requests",
    "is_open_now",
    "known_organs",
    "masked_applicant_number",
    "masked_officer_number",
    "owed",
    "request_for",
    "requests",
    "seers",
    "subject_name",
]
