"""A row for each anchored stretch of the book in place of one for each entry; that table was never filled."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from mingcha.records.register import triggers

BEFORE = ("register_anchor",)
AFTER = ("register_anchorstretch",)


def open_old(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    triggers.drop(schema_editor, BEFORE)


def close_old(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    triggers.add(schema_editor, BEFORE)


def close_new(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    triggers.add(schema_editor, AFTER)


def open_new(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    triggers.drop(schema_editor, AFTER)


class Migration(migrations.Migration):
    dependencies = [("register", "0003_standing_and_keys")]
    operations = [
        migrations.RunPython(open_old, close_old),
        migrations.DeleteModel(name="Anchor"),
        migrations.CreateModel(
            name="AnchorStretch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_entry", models.BigIntegerField()),
                ("last_entry", models.BigIntegerField(db_index=True)),
                ("root", models.CharField(max_length=64)),
                ("log_index", models.BigIntegerField(help_text="Number of the entry in the ledger.")),
                ("at", models.DateTimeField(help_text="When the ledger took it, UTC.")),
            ],
        ),
        migrations.AddConstraint(
            model_name="anchorstretch",
            constraint=models.UniqueConstraint(
                fields=("first_entry", "last_entry", "log_index", "root"), name="anchor_once"
            ),
        ),
        migrations.RunPython(close_new, open_new),
    ]
