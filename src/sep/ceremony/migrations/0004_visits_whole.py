import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ceremony', '0003_visits_of_links'),
    ]

    operations = [
        migrations.AlterField(
            model_name='visit',
            name='package',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='documents.package'),
        ),
        migrations.RemoveField(
            model_name='signinglink',
            name='live_visit',
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('acquaintance__isnull', True), ('entrance', 'link'), ('link__isnull', False)), models.Q(('acquaintance__isnull', False), ('link__isnull', True), models.Q(('entrance', 'link'), _negated=True)), _connector='OR'), name='visit_by_link_or_in_max'),
        ),
    ]
