"""May a camera stand here? Order 799 arts. 7-10, 13, 33; Hubei 7-9; Wuhan 6, 7, 18; Guangzhou 6, 12; Shenzhen 9-11, 20.

The first that holds: prohibited, consent_required, mandatory, permitted, no_rule. Homes are not public places: the
bans do not reach them (art. 33).
"""

from __future__ import annotations

from mingcha.law.decision import Decision, decision
from mingcha.law.facts import PlacementFacts
from mingcha.law.model import Ban, Condition, Consent, Entitlement, Entry, MustHave, Necessity
from mingcha.law.regime import Regime


def decide(regime: Regime, facts: PlacementFacts) -> Decision:
    """`verdict`, `reasons`, `conditions`."""
    if not regime.instruments:
        return decision({"verdict": "no_rule", "reasons": ["nothing_in_force"], "conditions": []}, ())
    refused = _refusals(regime, facts)
    if refused:
        return _answer("prohibited", refused, ())
    consents = regime.binding(Consent, facts.place) if facts.near_confidential_unit else ()
    conditions = regime.binding(Condition, facts.place)
    if consents and not facts.confidential_unit_consent:
        return _answer("consent_required", [("consent_missing", entry) for entry in consents], conditions)
    named = regime.binding(MustHave, facts.place)
    if named:
        return _answer("mandatory", [("must_have", entry) for entry in named], conditions, consents)
    # What lets it stand: the rule that opens other public places, or the conditions it is left to.
    opened: tuple[Entry, ...] = _entitling(regime, facts) or conditions
    reason = "not_public" if facts.place == "home" else "not_forbidden"
    return _answer("permitted", [(reason, entry) for entry in opened] or [(reason, None)], conditions, consents)


def _refusals(regime: Regime, facts: PlacementFacts) -> list[tuple[str, Entry | None]]:
    found: list[tuple[str, Entry | None]] = []
    for ban in regime.binding(Ban, facts.place):
        if facts.area in ban.areas:
            found.append(("banned_area", ban))
        if ban.captures and facts.captures_passwords:
            found.append(("password_capture", ban))
    limits = regime.binding(Entitlement, facts.place)
    if limits and not _entitling(regime, facts):
        found += [("installer_not_entitled", entry) for entry in limits]
    if not facts.for_public_security:
        found += [("not_for_public_security", entry) for entry in regime.binding(Necessity, facts.place)]
    return found


def _entitling(regime: Regime, facts: PlacementFacts) -> tuple[Entitlement, ...]:
    entries = regime.binding(Entitlement, facts.place)
    return tuple(entry for entry in entries if facts.installer in entry.installers)


def _answer(
    verdict: str,
    reasons: list[tuple[str, Entry | None]],
    conditions: tuple[Condition, ...],
    consents: tuple[Consent, ...] = (),
) -> Decision:
    codes = [entry.code for entry in conditions] + [entry.condition for entry in consents]
    grounds = [entry for _, entry in reasons if entry is not None]
    return decision(
        {
            "verdict": verdict,
            "reasons": sorted({reason for reason, _ in reasons}),
            "conditions": sorted(set(codes)),
        },
        (*grounds, *conditions, *consents),
    )
