"""The counter that names the entry which touched units, procedures or the calendar last: a new entry sets it from now on."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

_COUNT = """
INSERT INTO counter (name, value)
SELECT 'house', MAX(seq) FROM entry
WHERE kind IN ('unit.created', 'unit.changed', 'unit.merged', 'procedure.published', 'calendar.published')
HAVING MAX(seq) IS NOT NULL
"""


class Migration(migrations.Migration):
    """Without the counter nothing of the house is kept."""

    dependencies: ClassVar = [("bihuan", "0080_index_of_units")]
    operations: ClassVar = [migrations.RunSQL(_COUNT, "DELETE FROM counter WHERE name = 'house'")]
