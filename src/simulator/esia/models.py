"""What the pretended ЕСИА remembers: codes it has given out, and how it behaves now."""

from django.db import models
from django.utils import timezone


class EsiaFault(models.TextChoices):
    """What goes wrong between a system and ЕСИА, or with the account."""

    NONE = "none", "Работает"
    ERROR_500 = "error_500", "Ошибка 500"
    OVERLOADED = "overloaded", "Перегружена"
    SLOW = "slow", "Молчит"
    PERSON_500 = "person_500", "Маркер выдаёт, данные — нет"
    WRONG_SIGNATURE = "wrong_signature", "Чужая подпись маркера"
    WRONG_ALGORITHM = "wrong_algorithm", "Маркер без подписи"
    WRONG_AUDIENCE = "wrong_audience", "Маркер для другой системы"
    WRONG_ISSUER = "wrong_issuer", "Маркер другого издателя"
    EXPIRED = "expired", "Просроченный маркер"
    EARLY = "early", "Маркер из будущего"
    OTHER_STATE = "other_state", "Ответ на другой запрос"
    UNCONFIRMED = "unconfirmed", "Учётная запись не подтверждена"
    UNTRUSTED = "untrusted", "Подтверждение снято после входа"
    ORGANIZATION = "organization", "Вход от имени организации"


class EsiaBehaviour(models.Model):
    """The switch of the page; one row for all processes."""

    fault = models.CharField(max_length=20, choices=EsiaFault, default=EsiaFault.NONE)

    class Meta:
        db_table = "simulator_esia_behaviour"

    def __str__(self) -> str:
        return self.get_fault_display()

    @classmethod
    def current(cls) -> EsiaFault:
        found = cls.objects.first()
        return EsiaFault(found.fault) if found else EsiaFault.NONE


class EsiaGrant(models.Model):
    """A consent: a code that works once, then a token for the person's data. Both are random."""

    code = models.CharField(max_length=64, unique=True)
    access_token = models.CharField(max_length=64, unique=True)
    client_id = models.CharField(max_length=80)
    redirect_uri = models.TextField()
    scope = models.TextField()
    citizen = models.JSONField()
    """As `/rs/prns/{oid}` shows the person."""
    oid = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)
    spent = models.BooleanField(default=False)

    class Meta:
        db_table = "simulator_esia_grant"

    def __str__(self) -> str:
        return f"ЕСИА {self.pk}"
