"""Beside each anchored stretch the hashes of its entries, so that a changed one can be named."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from mingcha.records.register import triggers

TABLES = ("register_anchorstretch",)


def open_them(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    triggers.drop(schema_editor, TABLES)


def close_them(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    triggers.add(schema_editor, TABLES)


class Migration(migrations.Migration):
    dependencies = [("register", "0004_anchor_stretches")]
    operations = [
        migrations.RunPython(open_them, close_them),
        migrations.AddField(
            model_name="anchorstretch",
            name="leaves",
            field=models.BinaryField(
                default=b"", help_text="Number and leaf hash of each entry (8 + 32 bytes each), which give `root`."
            ),
        ),
        migrations.RunPython(close_them, open_them),
    ]
