"""Grants made before they had a width of their own open exactly what was asked for."""

from __future__ import annotations

from typing import Any

from django.db import migrations


def widen(apps: Any, schema_editor: Any) -> None:
    for grant in apps.get_model("disclosure", "Grant").objects.select_related("request").iterator():
        grant.from_us, grant.to_us = grant.request.from_us, grant.request.to_us
        grant.save(update_fields=("from_us", "to_us"))
        grant.cameras.set(grant.request.cameras.all())


class Migration(migrations.Migration):
    dependencies = (("disclosure", "0002_leases"),)
    operations = (migrations.RunPython(widen, migrations.RunPython.noop),)
