from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0003_office"),
    ]

    operations = [
        migrations.AddField(
            model_name="area",
            name="plan_north_cdeg",
            field=models.PositiveIntegerField(default=0, help_text="North on the plan, clockwise from up."),
        ),
    ]
