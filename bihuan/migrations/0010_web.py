from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bihuan", "0007_proofread"),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("person_id", models.BigIntegerField()),
                ("name", models.CharField(max_length=40)),
                ("query", models.CharField(max_length=2000)),
            ],
            options={
                "db_table": "saved_view",
            },
        ),
        migrations.CreateModel(
            name="SignedIn",
            fields=[
                ("session_key", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("account_id", models.BigIntegerField(db_index=True)),
                ("since", models.DateTimeField()),
                ("seen", models.DateTimeField()),
                ("address", models.CharField(max_length=45)),
                ("browser", models.CharField(max_length=200)),
            ],
            options={
                "db_table": "signed_in",
            },
        ),
        migrations.AddField(
            model_name="account",
            name="password_at",
            field=models.DateTimeField(help_text="when the password was last changed", null=True),
        ),
        migrations.AddField(
            model_name="account",
            name="second",
            field=models.CharField(
                default="", help_text="the encrypted secret of the second factor", max_length=300
            ),
        ),
        migrations.AddField(
            model_name="account",
            name="second_step",
            field=models.BigIntegerField(default=0, help_text="the last step of time whose code was used"),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(fields=["office_id", "state", "due_order", "id"], name="item_office"),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=models.Q(("waiting__gt", "")),
                fields=["office_id", "state", "due_order", "id"],
                name="item_office_waits",
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=models.Q(("waiting__gt", "")),
                fields=["owner_id", "state", "due_order", "id"],
                name="item_unit_waits",
            ),
        ),
        migrations.AddIndex(
            model_name="slip",
            index=models.Index(fields=["unit_id", "state", "id"], name="slip_unit_state"),
        ),
        migrations.AddIndex(
            model_name="slip",
            index=models.Index(fields=["office_id", "state", "id"], name="slip_office_state"),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(fields=("person_id", "name"), name="saved_view_name"),
        ),
    ]
