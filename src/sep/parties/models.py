"""Organizations, the tokens of their МИС, patients and signers."""

import uuid
from datetime import date

from django.db import models

from sep import vault
from sep.parties.identifiers import ulid_key
from sep.parties.person import Person, SigningPerson


class Organization(models.Model):
    """A clinic (МО). Its id is the `idLpu` that a МИС sends.

    Attributes:
        names_in_max: whether the messages in MAX may call documents by name: a name may tell a diagnosis, and
            a message is seen on a locked screen.
        codes_by_max: whether the additional code may come into MAX too, where the document is: weaker than a
            second channel.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=300)
    short_name = models.CharField(max_length=60)
    phone = models.CharField(max_length=40)
    time_zone = models.CharField(max_length=40, default="Europe/Moscow")
    sms_sender = models.CharField(max_length=11, blank=True)
    names_in_max = models.BooleanField(default=False)
    codes_by_max = models.BooleanField(default=False)
    wrapped_key = models.BinaryField(default=vault.new_wrapped_key)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.short_name

    @property
    def key(self) -> vault.Key:
        """The key under which this organization's personal data and documents are kept."""
        return vault.open_key(bytes(self.wrapped_key))


class ApiKey(models.Model):
    """An authorization token of a МИС. Only its hash is kept; the token is shown once."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="api_keys")
    name = models.CharField(max_length=100)
    key_hash = models.BinaryField(max_length=32, unique=True)
    allowed_networks = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Patient(models.Model):
    """A patient as the МИС last described him."""

    id = ulid_key()
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    id_patient_mis = models.CharField(max_length=100)
    personal = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "id_patient_mis"], name="patient_of_mis"),
        ]

    def __str__(self) -> str:
        return self.id

    @property
    def person(self) -> Person:
        return Person.from_json(self.organization.key.decrypt(self.personal, f"patient.personal|{self.id}"))

    @person.setter
    def person(self, person: Person) -> None:
        self.personal = self.organization.key.encrypt(person.to_json(), f"patient.personal|{self.id}")


class SignerRole(models.TextChoices):
    PATIENT = "patient", "Пациент"
    REPRESENTATIVE = "representative", "Законный представитель"


class Signer(models.Model):
    """The recipient of one package: who he is and for whom he signs, frozen when the package was accepted."""

    id = ulid_key()
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT)
    role = models.CharField(max_length=20, choices=SignerRole)
    personal = models.BinaryField()
    patient_personal = models.BinaryField()
    phone_index = models.BinaryField(max_length=32, db_index=True)

    def __str__(self) -> str:
        return self.id

    @property
    def person(self) -> SigningPerson:
        sealed = self.organization.key.decrypt(self.personal, f"signer.personal|{self.id}")
        return SigningPerson.from_json(sealed)

    @person.setter
    def person(self, person: SigningPerson) -> None:
        self.personal = self.organization.key.encrypt(person.to_json(), f"signer.personal|{self.id}")
        self.phone_index = phone_index(person.phone)

    @property
    def patient_person(self) -> Person:
        place = f"signer.patient_personal|{self.id}"
        return Person.from_json(self.organization.key.decrypt(self.patient_personal, place))

    @patient_person.setter
    def patient_person(self, person: Person) -> None:
        place = f"signer.patient_personal|{self.id}"
        self.patient_personal = self.organization.key.encrypt(person.to_json(), place)

    def has_birth_date(self, day: date) -> bool:
        return self.person.birth_date == day


def phone_index(phone: str) -> bytes:
    """Return the blind index by which rows of one phone are counted over all organizations."""
    return vault.keyed_hash("phone-index", phone)
