"""Two indexes that spare a page the whole table: of items whose source names a document, and of those to be looked back at."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """The first is written out: SQLite takes an index with a condition on words only where both say it in the same letters."""

    dependencies: ClassVar = [("bihuan", "0095_index_merged_less_often")]
    operations: ClassVar = [
        migrations.RunSQL(
            """CREATE INDEX "item_cited" ON "item" ("id") WHERE "source" LIKE '%素材 %'""",
            'DROP INDEX "item_cited"',
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                fields=["look_back_due", "id", "register_id", "waiting"],
                name="item_look_back",
                condition=models.Q(waiting__gt=""),
            ),
        ),
    ]
