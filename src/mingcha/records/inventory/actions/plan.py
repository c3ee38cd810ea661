"""The plan's version: raised with every change of what is to be recorded, in the transaction of that change."""

from __future__ import annotations

from django.db.models import F

from mingcha.records.inventory.models import PlanCounter


def raise_plan_version() -> None:
    if PlanCounter.objects.update(version=F("version") + 1) == 0:
        PlanCounter.objects.create(pk=1, version=1)
