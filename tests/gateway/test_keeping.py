"""The law's time of keeping as an order to the recorder."""

from __future__ import annotations

from dataclasses import replace

from mingcha import law
from mingcha.gateway.keeping import rule_for
from mingcha.gateway.orders import compile_plan
from mingcha.records.inventory.models import Camera, Site
from tests.support.office import AT

DAY_S = 86_400


def told(region: str, place: str, **more: object) -> Site:
    return Site(region=region, place=place, **more)


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
