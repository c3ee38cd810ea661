"""Post, unit and ground on each entry; what an entry is about inside it; keys to find it by in place of references."""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from mingcha.base.clock import from_datetime
from mingcha.records.register import keys, triggers

BEFORE = ("register_entry", "register_entryref")
TABLES = ("register_entry", "register_posting", "register_entryname", "register_anchor")
BATCH = 500

# A table that is its own index: half the bytes, and one page of it holds what one page of a book shows.
POSTINGS = """
CREATE TABLE register_posting (
    "key" bigint NOT NULL,
    "at_us" bigint NOT NULL,
    "entry_id" bigint NOT NULL,
    "act" integer NOT NULL,
    PRIMARY KEY ("key", "at_us", "entry_id")
)
"""


def open_book(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    triggers.drop(schema_editor, BEFORE)


def close_book(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    triggers.add(schema_editor, TABLES)


def close_old_book(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    triggers.add(schema_editor, BEFORE)


def open_new_book(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    triggers.drop(schema_editor, TABLES)


def make_postings(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    without_rowid = " WITHOUT ROWID" if schema_editor.connection.vendor == "sqlite" else ""
    schema_editor.execute(POSTINGS.rstrip() + without_rowid)


def drop_postings(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    schema_editor.execute("DROP TABLE register_posting")


def carry_over(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """File the entries that are there."""
    entry, posting, name = (apps.get_model("register", model) for model in ("Entry", "Posting", "EntryName"))
    refs = apps.get_model("register", "EntryRef").objects.order_by("entry_id", "ref").values_list("entry_id", "ref")
    about = {number: [ref for _, ref in rows] for number, rows in groupby(refs.iterator(), key=lambda row: row[0])}
    for old in entry.objects.order_by("id").iterator(chunk_size=BATCH):
        old.about = json.dumps(about.get(old.pk, []), separators=(",", ":"))
        old.save(update_fields=("about",))
        actor_name = old.actor_name if "_" in old.actor else ""
        names = keys.names_in(actor_name, old.subject_name)
        name.objects.bulk_create([name(text=text) for text in sorted(names)], ignore_conflicts=True)
        at_us, code = from_datetime(old.at), keys.act_code(old.act)
        found = sorted(keys.keys_of(old.act, about.get(old.pk, []), names))
        posting.objects.bulk_create(posting(key=key, at_us=at_us, entry_id=old.pk, act=code) for key in found)


def nothing(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Going back, the references stay empty: an entry says itself what it is about."""


class Migration(migrations.Migration):
    dependencies = [("register", "0002_append_only")]
    operations = [
        migrations.RunPython(open_book, close_old_book),
        migrations.RemoveIndex(model_name="entry", name="entry_by_act"),
        migrations.RemoveIndex(model_name="entry", name="entry_by_at"),
        migrations.AddField(
            model_name="entry",
            name="post",
            field=models.CharField(blank=True, help_text="Posts the person held at the time, by name.", max_length=200),
        ),
        migrations.AddField(
            model_name="entry",
            name="unit",
            field=models.CharField(blank=True, help_text="Unit the person acted for, by name.", max_length=200),
        ),
        migrations.AddField(
            model_name="entry",
            name="about",
            field=models.TextField(default="[]", help_text="Canonical JSON list of all ids it is about."),
        ),
        migrations.AddField(
            model_name="entry",
            name="ground",
            field=models.TextField(default="[]", help_text="Canonical JSON list of {instrument, article, item?}."),
        ),
        migrations.CreateModel(
            name="EntryName",
            fields=[("text", models.CharField(max_length=200, primary_key=True, serialize=False))],
        ),
        migrations.CreateModel(
            name="Anchor",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="anchor",
                        serialize=False,
                        to="register.entry",
                    ),
                ),
                ("log_index", models.BigIntegerField(help_text="Number of the leaf.", unique=True)),
                ("checkpoint_size", models.BigIntegerField(help_text="Size of the checkpoint that covers it.")),
            ],
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(make_postings, drop_postings)],
            state_operations=[
                migrations.CreateModel(
                    name="Posting",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "key", "at_us", "entry", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("key", models.BigIntegerField()),
                        (
                            "at_us",
                            models.BigIntegerField(
                                help_text="When it happened, microseconds UTC; orders the entries of a key."
                            ),
                        ),
                        (
                            "entry",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="register.entry",
                            ),
                        ),
                        ("act", models.IntegerField(help_text="`keys.act_code` of the word.")),
                    ],
                )
            ],
        ),
        migrations.RunPython(carry_over, nothing),
        migrations.DeleteModel(name="EntryRef"),
        migrations.RunPython(close_book, open_new_book),
    ]
