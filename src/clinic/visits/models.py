"""Why a patient is here: an appointment, or an order for paid services."""

from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.db import models

from clinic.institution.models import Institution
from clinic.patients.models import Patient, Representative

_KOPECK = Decimal("0.01")


class Visit(models.Model):
    """What an appointment and an order share. Numbers run per clinic and kind."""

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT)
    number = models.PositiveIntegerField("Номер")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, verbose_name="Пациент")
    representative = models.ForeignKey(
        Representative,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        verbose_name="Представитель пациента",
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, verbose_name="Автор")
    created_at = models.DateTimeField("Создан", auto_now_add=True)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["institution", "number"], name="%(class)s_number_of_institution"),
        ]


class Appointment(Visit):
    """«Талон на приём»."""

    starts_at = models.DateTimeField("Приём на")
    purpose = models.CharField("Вид", max_length=120, default="Посещение по заболеванию")
    payment = models.CharField("Оплата", max_length=60, default="ОМС")
    department = models.CharField("Отделение", max_length=200, blank=True)
    doctor_position = models.CharField("Должность", max_length=150, blank=True)
    doctor_name = models.CharField("Врач", max_length=150)
    room = models.CharField("Каб.", max_length=20, blank=True)
    service = models.CharField("Услуга", max_length=300, blank=True)
    referred_by = models.CharField("Направлен", max_length=200, blank=True)
    notes = models.CharField("Доп. инф.", max_length=300, blank=True)

    class Meta(Visit.Meta):
        ordering = ["-starts_at", "-id"]

    def __str__(self) -> str:
        return f"Талон № {self.number}"


class Service(models.Model):
    """A line of the clinic's price list."""

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT)
    code = models.CharField("Код", max_length=30)
    name = models.CharField("Наименование", max_length=300)
    price = models.DecimalField("Цена, ₽", max_digits=10, decimal_places=2)
    inactive = models.BooleanField("Не оказывается", default=False)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["institution", "code"], name="service_code_of_institution"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class PaidOrder(Visit):
    """«Заказ на платное лечение (обследование)». Its number is the contract's."""

    valid_from = models.DateField("Договор действует с")
    valid_until = models.DateField("по")
    payment = models.CharField("Вид оплаты", max_length=60, default="Платные услуги")
    paid = models.DecimalField("Оплачено, ₽", max_digits=12, decimal_places=2, default=Decimal(0))
    notes = models.CharField("Примечание", max_length=300, blank=True)

    class Meta(Visit.Meta):
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Заказ № {self.number}"

    @property
    def total(self) -> Decimal:
        """The sum of the lines, in roubles with kopecks."""
        return sum((line.total for line in self.lines.all()), Decimal(0)).quantize(_KOPECK)

    @property
    def debt(self) -> Decimal:
        return max(self.total - self.paid, Decimal(0)).quantize(_KOPECK)


class OrderLine(models.Model):
    """One service of an order, with its price as it was that day."""

    order = models.ForeignKey(PaidOrder, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    service = models.ForeignKey(Service, on_delete=models.PROTECT, null=True, blank=True)
    name = models.CharField("Услуга", max_length=300)
    performer = models.CharField("Исполнитель", max_length=150, blank=True)
    quantity = models.DecimalField("Количество", max_digits=7, decimal_places=2, default=Decimal(1))
    price = models.DecimalField("Цена, ₽", max_digits=10, decimal_places=2)
    discount_percent = models.DecimalField("Скидка, %", max_digits=5, decimal_places=2, default=Decimal(0))
    discount = models.DecimalField("Скидка, ₽", max_digits=10, decimal_places=2, default=Decimal(0))
    surcharge_percent = models.DecimalField("Надбавка, %", max_digits=5, decimal_places=2, default=Decimal(0))

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name

    @property
    def total(self) -> Decimal:
        """Quantity × price with the percentages, less the roubles; never below zero, half a kopeck up."""
        sum_ = self.quantity * self.price * (100 - self.discount_percent + self.surcharge_percent) / 100
        return max(sum_ - self.discount, Decimal(0)).quantize(_KOPECK, ROUND_HALF_UP)
