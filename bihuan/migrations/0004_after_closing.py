"""What follows closures and inspections, and the index of the signs of false closure."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bihuan", "0003_meetings"),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseReview",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("title", models.CharField(max_length=300)),
                ("office_id", models.BigIntegerField()),
                ("items", models.JSONField()),
                ("cause", models.TextField()),
                ("turns", models.JSONField()),
                ("lesson", models.TextField()),
                ("person_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "case_review",
            },
        ),
        migrations.CreateModel(
            name="Conclusion",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("inspection_id", models.BigIntegerField(db_index=True)),
                ("unit_id", models.BigIntegerField()),
                ("text", models.TextField()),
                ("at", models.DateTimeField()),
                ("object_by", models.DateField()),
            ],
            options={
                "db_table": "conclusion",
            },
        ),
        migrations.CreateModel(
            name="Dismissal",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("item_id", models.BigIntegerField(db_index=True)),
                ("sign", models.CharField(max_length=20)),
                ("key", models.CharField(max_length=200)),
                ("reason", models.TextField()),
                ("person_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "dismissal",
            },
        ),
        migrations.CreateModel(
            name="Institution",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("title", models.CharField(max_length=300)),
                ("unit_id", models.BigIntegerField()),
                ("office_id", models.BigIntegerField()),
                ("register_id", models.BigIntegerField()),
                ("klass", models.CharField(max_length=200)),
                ("basis", models.TextField()),
                ("state", models.CharField(max_length=10)),
                ("no", models.IntegerField()),
                ("number", models.CharField(max_length=60)),
                ("drafted_at", models.DateTimeField()),
                ("issued_on", models.DateField(null=True)),
                ("revised_on", models.DateField(null=True)),
                ("repealed_on", models.DateField(null=True)),
                ("review_on", models.DateField(null=True)),
                ("review_waits", models.BooleanField()),
                ("revisions", models.IntegerField()),
                ("reason", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("file", models.CharField(max_length=300)),
            ],
            options={
                "db_table": "institution",
            },
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("inspection_id", models.BigIntegerField(db_index=True)),
                ("conclusion_id", models.BigIntegerField(db_index=True)),
                ("unit_id", models.BigIntegerField()),
                ("reason", models.TextField()),
                ("person_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("decide_by", models.DateField()),
                ("overdue", models.BooleanField()),
                ("outcome", models.CharField(max_length=10)),
                ("text", models.TextField()),
                ("decided_by", models.BigIntegerField()),
                ("decided_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "objection",
            },
        ),
        migrations.CreateModel(
            name="SignBand",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "band", "digest", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("band", models.IntegerField()),
                ("digest", models.CharField(max_length=64)),
            ],
            options={
                "db_table": "sign_band",
            },
        ),
        migrations.CreateModel(
            name="SignMark",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "mark", "seq", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("mark", models.BigIntegerField()),
                ("seq", models.BigIntegerField()),
            ],
            options={
                "db_table": "sign_mark",
            },
        ),
        migrations.CreateModel(
            name="SignPhoto",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("hashes", models.JSONField()),
            ],
            options={
                "db_table": "sign_photo",
            },
        ),
        migrations.CreateModel(
            name="SignPosition",
            fields=[
                ("id", models.IntegerField(default=1, primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField()),
            ],
            options={
                "db_table": "sign_position",
            },
        ),
        migrations.AddField(
            model_name="inspection",
            name="register_id",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="item",
            name="look_back_due",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="item",
            name="look_back_sample",
            field=models.BigIntegerField(default=0),
        ),
        migrations.CreateModel(
            name="CaseItem",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "case_id", "item_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("case_id", models.BigIntegerField()),
                ("item_id", models.BigIntegerField()),
            ],
            options={
                "db_table": "case_item",
                "indexes": [models.Index(fields=["item_id", "case_id"], name="case_item_item")],
            },
        ),
        migrations.CreateModel(
            name="Cause",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "institution_id",
                        "item_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("institution_id", models.BigIntegerField()),
                ("item_id", models.BigIntegerField()),
                ("seq", models.BigIntegerField()),
            ],
            options={
                "db_table": "cause",
                "indexes": [models.Index(fields=["item_id", "institution_id"], name="cause_item")],
            },
        ),
        migrations.CreateModel(
            name="Deadline",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "what", "ref", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("what", models.CharField(max_length=30)),
                ("ref", models.BigIntegerField()),
                ("due_at", models.DateTimeField()),
            ],
            options={
                "db_table": "deadline",
                "indexes": [models.Index(fields=["due_at"], name="deadline_due")],
            },
        ),
        migrations.CreateModel(
            name="SignText",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                ("item_id", models.BigIntegerField()),
                ("digest", models.BigIntegerField()),
                ("text", models.TextField()),
            ],
            options={
                "db_table": "sign_text",
                "indexes": [models.Index(fields=["digest", "seq"], name="sign_text_same")],
            },
        ),
    ]
