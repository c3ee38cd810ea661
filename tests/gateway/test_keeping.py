"""The law's time of keeping as an order to the recorder."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from mingcha import law
from mingcha.gateway.keeping import OWN_RULE, order_of
from mingcha.gateway.orders import compile_plan
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.inventory.terms import Term, law_term, term_of
from mingcha.records.policies.models import Policy
from mingcha.wire.plan import RetentionOrder
from tests.support.office import AT

DAY_S = 86_400


def told(region: str, place: str, **more: object) -> Site:
    return Site(region=region, place=place, **more)


def rule_for(site: Site, at: datetime, asked_days: int = 0) -> RetentionOrder | None:
    found = law_term(site, at)
    return order_of(None if found is None else Term(found, asked_days))


def test_a_site_nobody_has_described_has_no_rule() -> None:
    assert rule_for(told("", ""), AT) is None
    assert rule_for(told("420106", ""), AT) is None


def test_the_order_is_thirty_days_and_then_deletion() -> None:
    rule = rule_for(told("110101", "mall"), AT)
    assert rule is not None
    answer = law.decide(
        "retention", {"region": "110101", "place": "mall", "recorded_at": AT.isoformat(), "now": AT.isoformat()}
    )
    assert answer["days"] == rule.floor_s // DAY_S
    assert (rule.floor_s, rule.ceiling_s, rule.make_room) == (30 * DAY_S, 30 * DAY_S, False)
    assert any(text.startswith("cn-2025-799 17") for text in rule.ground)
    assert rule.law_version == law.version()


def test_a_key_target_in_wuhan_is_kept_longer() -> None:
    rule = rule_for(told("420106", "rail_station", key_antiterror=True), AT)
    assert rule is not None
    assert rule.floor_s == rule.ceiling_s == 90 * DAY_S


def test_where_nothing_orders_deletion_footage_only_makes_room() -> None:
    rule = rule_for(told("110101", "home"), AT)
    assert rule is not None
    assert (rule.floor_s, rule.ceiling_s, rule.make_room) == (0, None, True)


def test_the_rule_reaches_the_plan(camera: Camera) -> None:
    (order,) = compile_plan(AT).cameras
    assert order.retention is None
    Site.objects.update(region="110101", place="mall")
    (judged,) = compile_plan(AT).cameras
    assert judged.retention is not None
    assert replace(judged, retention=None) == order


def test_the_house_keeps_longer_where_no_text_orders_deletion() -> None:
    rule = rule_for(told("110101", "bank"), AT, 60)
    assert rule is not None
    assert (rule.floor_s, rule.ceiling_s, rule.make_room) == (60 * DAY_S, None, True)
    assert rule.ground[-1] == f"{OWN_RULE} 60"


def test_the_house_cannot_keep_longer_than_the_law_lets() -> None:
    """In a public place deletion is ordered: the house's longer wish changes nothing."""
    assert rule_for(told("110101", "mall"), AT, 60) == rule_for(told("110101", "mall"), AT)


def test_the_house_cannot_keep_shorter_than_the_law_asks() -> None:
    for place in ("mall", "bank"):
        law_alone, own = rule_for(told("440106", place), AT), rule_for(told("440106", place), AT, 1)
        assert own is not None
        assert own == law_alone
        assert own.floor_s == 30 * DAY_S


def test_a_site_s_own_days_go_before_those_of_everywhere(camera: Camera) -> None:
    Site.objects.update(region="110101", place="bank")
    site = Site.objects.get()
    Policy.objects.create(key="keep_days", scope="", value=40, since=AT)
    assert term_of(site, AT).kept_days == 40  # type: ignore[union-attr]
    Policy.objects.create(key="keep_days", scope=site.public_id, value=50, since=AT)
    (order,) = compile_plan(AT).cameras
    assert order.retention is not None
    assert order.retention.floor_s == 50 * DAY_S


def test_a_shortening_reaches_the_plan_on_its_day_and_not_before(camera: Camera) -> None:
    Site.objects.update(region="110101", place="bank")
    Policy.objects.create(
        key="keep_days", scope="", value=60, since=AT, next_value=10, next_from=AT + timedelta(days=7)
    )

    def days(at: datetime) -> int:
        (order,) = compile_plan(at).cameras
        assert order.retention is not None
        return order.retention.floor_s // DAY_S

    assert days(AT + timedelta(days=6, hours=23)) == 60
    assert days(AT + timedelta(days=7)) == 10
