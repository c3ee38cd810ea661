"""Values of policies as people read them."""

from __future__ import annotations

from django.utils.translation import gettext, ngettext

from mingcha.records.policies.states import RULES, Rule, Stricter, ValueKind


def value_words(key: str, value: int) -> str:
    """A value of this policy in the reader's language."""
    rule = RULES[key]
    if value == 0 and rule.kind is not ValueKind.YES_NO:
        return _zero(rule)
    if rule.kind is ValueKind.YES_NO:
        return gettext("Yes") if value else gettext("No")
    if rule.kind is ValueKind.O_CLOCK:
        return f"{value}:00"
    if rule.kind is ValueKind.COUNT:
        return str(value)
    if rule.kind is ValueKind.HOURS:
        return ngettext("%(n)s hour", "%(n)s hours", value) % {"n": value}
    return ngettext("%(n)s day", "%(n)s days", value) % {"n": value}


def _zero(rule: Rule) -> str:
    if rule.kind is ValueKind.O_CLOCK:
        return "0:00"
    if rule.stricter is Stricter.LOWER_NOT_0:
        return gettext("Never")
    if rule.kind is ValueKind.COUNT:
        return gettext("None")
    return gettext("As the law says")
