"""Acts on units, sites, systems, areas, cameras. Every change of what is to be recorded raises the plan's version."""

from __future__ import annotations

from mingcha.records.inventory.actions.alterations import (
    Before,
    alter_camera,
    note_change_filed,
    position_of,
    remove_camera,
)
from mingcha.records.inventory.actions.cameras import (
    CameraDraft,
    Particulars,
    Position,
    Siting,
    add_camera,
    change_camera,
    describe_camera,
)
from mingcha.records.inventory.actions.judging import judge_outdated
from mingcha.records.inventory.actions.probes import ask_probe, open_credentials, open_probe_credentials
from mingcha.records.inventory.actions.sites import SiteFacts, change_site, facts_of_site, open_site, record_consent
from mingcha.records.inventory.actions.systems import (
    AreaDraft,
    SystemDraft,
    add_area,
    add_system,
    advance_system,
    change_area,
    change_system,
    remove_area,
)
from mingcha.records.inventory.actions.units import (
    ContractorDraft,
    ModelDraft,
    UnitDraft,
    add_contractor,
    add_device_model,
    change_contractor,
    change_device_model,
    change_unit,
    end_contractor,
)

__all__ = [
    "AreaDraft",
    "Before",
    "CameraDraft",
    "ContractorDraft",
    "ModelDraft",
    "Particulars",
    "Position",
    "SiteFacts",
    "Siting",
    "SystemDraft",
    "UnitDraft",
    "add_area",
    "add_camera",
    "add_contractor",
    "add_device_model",
    "add_system",
    "advance_system",
    "alter_camera",
    "ask_probe",
    "change_area",
    "change_camera",
    "change_contractor",
    "change_device_model",
    "change_site",
    "change_system",
    "change_unit",
    "describe_camera",
    "end_contractor",
    "facts_of_site",
    "judge_outdated",
    "note_change_filed",
    "open_credentials",
    "open_probe_credentials",
    "open_site",
    "position_of",
    "record_consent",
    "remove_area",
    "remove_camera",
]
