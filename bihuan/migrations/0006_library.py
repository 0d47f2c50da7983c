"""The library: its tables and the index over pairs of characters, FTS5 on SQLite, GIN on PostgreSQL."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from bihuan.rules.errors import Missing

SQLITE = (
    """CREATE VIEW library_pairs AS SELECT id, bihuan_pairs(title) AS title, bihuan_pairs(headings) AS headings,
       bihuan_pairs(text) AS text, bihuan_characters(text) AS characters FROM library_document""",
    """CREATE VIRTUAL TABLE library_index USING fts5(title, headings, text, characters, content='library_pairs', content_rowid='id',
       tokenize='ascii')""",
    """CREATE TRIGGER library_index_insert AFTER INSERT ON library_document BEGIN
       INSERT INTO library_index(rowid, title, headings, text, characters)
       VALUES (NEW.id, bihuan_pairs(NEW.title), bihuan_pairs(NEW.headings), bihuan_pairs(NEW.text), bihuan_characters(NEW.text)); END""",
    """CREATE TRIGGER library_index_delete AFTER DELETE ON library_document BEGIN
       INSERT INTO library_index(library_index, rowid, title, headings, text, characters)
       VALUES ('delete', OLD.id, bihuan_pairs(OLD.title), bihuan_pairs(OLD.headings), bihuan_pairs(OLD.text), bihuan_characters(OLD.text)); END""",
    """CREATE TRIGGER library_index_update AFTER UPDATE OF title, headings, text ON library_document
       WHEN (OLD.title, OLD.headings, OLD.text) IS NOT (NEW.title, NEW.headings, NEW.text) BEGIN
       INSERT INTO library_index(library_index, rowid, title, headings, text, characters)
       VALUES ('delete', OLD.id, bihuan_pairs(OLD.title), bihuan_pairs(OLD.headings), bihuan_pairs(OLD.text), bihuan_characters(OLD.text));
       INSERT INTO library_index(rowid, title, headings, text, characters)
       VALUES (NEW.id, bihuan_pairs(NEW.title), bihuan_pairs(NEW.headings), bihuan_pairs(NEW.text), bihuan_characters(NEW.text)); END""",
)
# COST keeps the planner from computing the grams of a row to check a condition that the index can answer.
POSTGRES = (
    """CREATE FUNCTION library_grams(t text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 100000 AS $$
       SELECT array_agg(DISTINCT g) FROM (
         SELECT c AS g FROM unnest(string_to_array(t, NULL)) c
         UNION ALL
         SELECT c || lead(c) OVER (ORDER BY o) FROM unnest(string_to_array(t, NULL)) WITH ORDINALITY AS x(c, o)
       ) s WHERE g IS NOT NULL $$""",
    """CREATE INDEX library_document_grams ON library_document USING gin (library_grams(text))""",
)


def index(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Create the index of the database in use."""
    if editor.connection.vendor == "sqlite":
        with editor.connection.cursor() as cursor:
            cursor.execute("SELECT sqlite_compileoption_used('ENABLE_FTS5')")
            if not cursor.fetchone()[0]:
                raise Missing(
                    "本机的 SQLite 没有 FTS5，素材库不能用。",
                    hint="请换用带 FTS5 的 Python，或改用 PostgreSQL。",
                )
    for statement in SQLITE if editor.connection.vendor == "sqlite" else POSTGRES:
        editor.execute(statement, params=None)


class Migration(migrations.Migration):
    """Tables, then the index."""

    dependencies: ClassVar = [("bihuan", "0005_messages")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="DocumentCorrection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("document_id", models.BigIntegerField(db_index=True)),
                ("field", models.CharField(max_length=20)),
                ("was", models.TextField()),
                ("value", models.TextField()),
                ("person_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "library_correction",
            },
        ),
        migrations.CreateModel(
            name="DocumentMarks",
            fields=[
                ("document_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("marks", models.BinaryField()),
            ],
            options={
                "db_table": "library_marks",
            },
        ),
        migrations.CreateModel(
            name="KeptSearch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("person_id", models.BigIntegerField(db_index=True)),
                ("name", models.CharField(max_length=100)),
                ("query", models.TextField()),
                ("options", models.JSONField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "library_search",
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("title", models.TextField()),
                ("kind", models.CharField(max_length=20)),
                ("body", models.CharField(max_length=200)),
                ("number", models.CharField(max_length=100)),
                ("date", models.DateField(null=True)),
                ("level", models.CharField(max_length=10)),
                ("campaign_id", models.BigIntegerField(default=0)),
                ("sure", models.JSONField()),
                ("added", models.DateTimeField()),
                ("length", models.IntegerField()),
                ("headings", models.TextField()),
                ("outline", models.JSONField()),
                ("text", models.TextField()),
            ],
            options={
                "db_table": "library_document",
                "indexes": [
                    models.Index(fields=["kind"], name="library_document_kind"),
                    models.Index(fields=["date"], name="library_document_date"),
                ],
            },
        ),
        migrations.CreateModel(
            name="DocumentSource",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("document_id", models.BigIntegerField(db_index=True)),
                ("original", models.CharField(db_index=True, max_length=64)),
                ("path", models.TextField()),
                ("start", models.IntegerField()),
                ("end", models.IntegerField()),
                ("removed", models.JSONField()),
                ("added", models.DateTimeField()),
            ],
            options={
                "db_table": "library_source",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("document_id", "original", "path", "start"), name="library_source_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Intake",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("path", models.TextField()),
                ("original", models.CharField(db_index=True, max_length=64)),
                ("size", models.BigIntegerField()),
                ("modified", models.BigIntegerField(default=0)),
                ("state", models.CharField(max_length=10)),
                ("documents", models.IntegerField(default=0)),
                ("code", models.CharField(max_length=40)),
                ("message", models.TextField()),
                ("hint", models.TextField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "library_intake",
                "constraints": [models.UniqueConstraint(fields=("path",), name="library_intake_path")],
            },
        ),
        migrations.RunPython(index),
    ]
