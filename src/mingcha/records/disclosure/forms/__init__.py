"""Forms of the desk, and of what follows a grant."""

from mingcha.records.disclosure.forms.desk import (
    EndForm,
    GrantForm,
    OfficerForm,
    OfficerRow,
    OrganForm,
    PaperForm,
    PaperRow,
    PersonForm,
    RefuseForm,
    SearchForm,
    WantedForm,
)
from mingcha.records.disclosure.forms.following import (
    CloseDebtForm,
    CostForm,
    EndLeaseForm,
    ExtendForm,
    HandBackForm,
    NarrowForm,
    RevealForm,
)

__all__ = [
    "CloseDebtForm",
    "CostForm",
    "EndForm",
    "EndLeaseForm",
    "ExtendForm",
    "GrantForm",
    "HandBackForm",
    "NarrowForm",
    "OfficerForm",
    "OfficerRow",
    "OrganForm",
    "PaperForm",
    "PaperRow",
    "PersonForm",
    "RefuseForm",
    "RevealForm",
    "SearchForm",
    "WantedForm",
]
