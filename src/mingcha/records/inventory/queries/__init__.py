"""Reads of units, sites and cameras; each takes the viewer and returns only what that person may see."""

from __future__ import annotations

from mingcha.records.inventory.queries.cameras import (
    LAWFULNESS,
    CameraFilter,
    alteration_for,
    alterations,
    camera_for,
    camera_list,
    cameras,
    device_model_for,
    device_models,
    plan_version,
    planned_cameras,
    standing_cameras,
    state_of,
    store_status,
    waiting_probes,
)
from mingcha.records.inventory.queries.owed import owed
from mingcha.records.inventory.queries.places import (
    area_for,
    areas,
    camera_states,
    contractor_for,
    contractors,
    own_unit,
    site_for,
    site_names,
    sites,
    system_for,
    systems,
)
from mingcha.records.wording.owed import Owed

__all__ = [
    "LAWFULNESS",
    "CameraFilter",
    "Owed",
    "alteration_for",
    "alterations",
    "area_for",
    "areas",
    "camera_for",
    "camera_list",
    "camera_states",
    "cameras",
    "contractor_for",
    "contractors",
    "device_model_for",
    "device_models",
    "owed",
    "own_unit",
    "plan_version",
    "planned_cameras",
    "site_for",
    "site_names",
    "sites",
    "standing_cameras",
    "state_of",
    "store_status",
    "system_for",
    "systems",
    "waiting_probes",
]
