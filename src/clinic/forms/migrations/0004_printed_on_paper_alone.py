from django.db import migrations, models

_OBJECTS = [
    ("appointment", "Документ «Талон на приём к врачу»"),
    ("paid_order", "Документ «Заказ на платное лечение (обследование)»"),
    ("patient_card", "Справочник «Пациенты»"),
    ("medical_case", "Документ «Регистрация медицинских случаев (историй болезни)»"),
    ("electronic_document", "Документ «Электронные документы»"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("forms", "0003_printing"),
    ]

    operations = [
        migrations.AddField(
            model_name="printing",
            name="object",
            field=models.CharField(choices=_OBJECTS, default="", max_length=30),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="printing",
            name="object_pk",
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="printing",
            name="not_kept",
            field=models.ManyToManyField(to="forms.formversion"),
        ),
    ]
