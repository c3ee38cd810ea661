"""Everything sealed in the office is sealed anew after a change of the sealing key, and what is left is found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import models

from mingcha.base import keys
from mingcha.base.datadir import DataDir
from mingcha.cli.resealing import SEALED_COLUMNS, count_left, reseal
from mingcha.records.accounts.factors.sealing import CONTEXT
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Camera
from mingcha.records.personnel.models import PersonnelFile
from tests.support.office import _office, camera, key_dir, manager, site  # noqa: F401


@pytest.fixture
def data(tmp_path: Path, settings: Any, _office: None) -> DataDir:  # noqa: F811
    made = DataDir(tmp_path, tmp_path / "store")
    keys.make_keys(tmp_path)
    made.office.touch()
    settings.DATA_DIR = tmp_path
    return made


def test_every_place_is_sealed_anew_and_opens(data: DataDir, camera: Camera, manager: Person) -> None:  # noqa: F811
    sealer = keys.node_sealer(data.root)
    Camera.objects.filter(pk=camera.pk).update(credentials=sealer.seal("admin:1", camera.public_id))
    numbers = {"id_sealed": sealer.seal("11", f"{manager.public_id}/id")}
    PersonnelFile.objects.update_or_create(person=manager, defaults=numbers)
    factor = {"secret": sealer.seal("totp", CONTEXT), "migrated_codes": [sealer.seal("code", CONTEXT)], "used_mask": 0}
    Authenticator.objects.create(user=manager, type="totp", data=factor)
    keys.add_sealing_key(data.root)
    assert count_left(data)["inventory.Camera.credentials"] == 1
    done = reseal(data)
    assert (done.broken, done.left) == (set(), {})
    keys.drop_sealing_keys(data.root)
    sealer = keys.node_sealer(data.root)
    camera.refresh_from_db()
    assert sealer.open(camera.credentials, camera.public_id) == "admin:1"
    assert sealer.open(PersonnelFile.objects.get(person=manager).id_sealed, f"{manager.public_id}/id") == "11"
    kept = Authenticator.objects.get().data
    assert [sealer.open(text, CONTEXT) for text in (kept["secret"], *kept["migrated_codes"])] == ["totp", "code"]
    assert kept["used_mask"] == 0
    assert reseal(data).done == 0


def test_what_cannot_be_opened_is_told_and_left(data: DataDir, camera: Camera, manager: Person) -> None:  # noqa: F811
    foreign = keys.node_sealer(data.root / "other").seal("admin:1", camera.public_id)
    Camera.objects.filter(pk=camera.pk).update(credentials=foreign)
    Authenticator.objects.create(user=manager, type="totp", data={"secret": foreign})
    (keys.secrets_dir(data.root) / "django.key").write_text(foreign)
    done = reseal(data)
    assert done.broken == {"inventory.Camera.credentials", "mfa.Authenticator.data", "django.key"}
    assert done.left == {"inventory.Camera.credentials": 1, "mfa.Authenticator.data": 1, "django.key": 1}
    camera.refresh_from_db()
    assert camera.credentials == foreign


def test_every_sealed_column_is_in_the_list() -> None:
    """By their names: a column `..._sealed` or `credentials` that is missing here would never be sealed anew."""
    named = {
        (f"{model._meta.app_label}.{model.__name__}", column.name)
        for model in apps.get_models()
        for column in model._meta.concrete_fields
        if isinstance(column, models.TextField) and (column.name.endswith("_sealed") or column.name == "credentials")
    }
    # Those wait for minutes and are gone.
    passing = {("inventory.Probe", "credentials"), ("inventory.CameraSearch", "credentials")}
    assert named - passing == {(column.model, column.field) for column in SEALED_COLUMNS}
