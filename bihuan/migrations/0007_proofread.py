from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bihuan", "0006_library")]

    operations = [
        migrations.CreateModel(
            name="ProofDismissal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=64, unique=True)),
                ("text_hash", models.CharField(max_length=64)),
                ("rule", models.CharField(max_length=40)),
                ("found", models.TextField()),
                ("context", models.TextField()),
                ("reason", models.TextField()),
                ("at", models.DateTimeField()),
            ],
            options={"db_table": "proof_dismissal"},
        ),
    ]
