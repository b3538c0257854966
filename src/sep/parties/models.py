"""Organizations, the tokens of their МИС, patients and signers."""

import uuid

from django.db import models

from sep import vault
from sep.parties.identifiers import ulid_key
from sep.parties.methods import Method
from sep.parties.person import Person, SigningPerson


class Agreements(models.TextChoices):
    """What becomes of a document for somebody with no agreement on ПЭП (63-ФЗ ст. 6 ч. 2)."""

    FIRST_DOCUMENT = "first_document", "соглашение — первый документ"
    BEFOREHAND = "beforehand", "только после соглашения, заключённого в клинике"


def _default_reminders() -> list[int]:
    return [24, 48]


class Organization(models.Model):
    """A clinic (МО). Its id is the `idLpu` that a МИС sends.

    Attributes:
        names_in_max: whether the messages in MAX may call documents by name: a name may tell a diagnosis, and
            a message is seen on a locked screen.
        agreements: what happens to a document for somebody who has no agreement on ПЭП.
        reminders: hours after the invitation when an unanswered one is repeated; empty for never.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=300)
    short_name = models.CharField(max_length=60)
    phone = models.CharField(max_length=40)
    time_zone = models.CharField(max_length=40, default="Europe/Moscow")
    sms_sender = models.CharField(max_length=11, blank=True)
    names_in_max = models.BooleanField(default=False)
    agreements = models.CharField(max_length=20, choices=Agreements, default=Agreements.FIRST_DOCUMENT)
    reminders = models.JSONField(default=_default_reminders)
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
    person_index = models.BinaryField(max_length=32, db_index=True)

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
        self.person_index = person_index(person)

    @property
    def patient_person(self) -> Person:
        place = f"signer.patient_personal|{self.id}"
        return Person.from_json(self.organization.key.decrypt(self.patient_personal, place))

    @patient_person.setter
    def patient_person(self, person: Person) -> None:
        place = f"signer.patient_personal|{self.id}"
        self.patient_personal = self.organization.key.encrypt(person.to_json(), place)


class SigningPolicy(models.Model):
    """What a clinic has changed in the rules of one kind of document; empty fields keep the default."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="policies")
    type_code = models.CharField(max_length=40)
    methods = models.JSONField(null=True)
    needs_medic_signature = models.BooleanField(null=True)
    retention_years = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "type_code"], name="one_policy_a_type"),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.type_code}"


class WeakerMethod(models.Model):
    """A legally weaker way of signing that a clinic took knowingly: who, when, and the warning he read."""

    id = ulid_key()
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    type_code = models.CharField(max_length=40)
    method = models.CharField(max_length=20, choices=Method)
    warning = models.TextField()
    accepted_by = models.CharField(max_length=200)
    accepted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "type_code", "method"],
                condition=models.Q(ended_at__isnull=True),
                name="one_acceptance_a_method",
            ),
        ]

    def __str__(self) -> str:
        return self.id


class AgreementWay(models.TextChoices):
    """How an agreement was concluded."""

    PAPER = "paper", "на бумаге"
    QUALIFIED = "qualified", "усиленной квалифицированной подписью"
    ESIA = "esia", "через Госуслуги"
    FIRST_DOCUMENT = "first_document", "первым документом, кодом из сообщения"


class Agreement(models.Model):
    """That a person and a clinic have agreed on the use of ПЭП, and by which phone he is known.

    Attributes:
        document_id: our document in which it was concluded; empty for one on paper.
        text_sha256: what exactly was agreed; empty when the paper never came through the service.
        registered_by: who of the staff wrote it down, and who saw the passport.
        phone_confirmed_at: when the person told a code that came to this phone, in the clinic.
        phone_since: since when this phone is his here: a new one waits a day for risky documents.
    """

    id = ulid_key()
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="agreements_made")
    person_index = models.BinaryField(max_length=32)
    phone_index = models.BinaryField(max_length=32)
    phone_sealed = models.BinaryField()
    number = models.CharField(max_length=100)
    version = models.CharField(max_length=40, blank=True)
    text_sha256 = models.CharField(max_length=64, blank=True)
    document_id = models.CharField(max_length=26, blank=True)
    way = models.CharField(max_length=20, choices=AgreementWay)
    concluded_on = models.DateField()
    registered_at = models.DateTimeField()
    registered_by = models.CharField(max_length=200, blank=True)
    identity_checked_by = models.CharField(max_length=200, blank=True)
    phone_confirmed_at = models.DateTimeField(null=True)
    phone_since = models.DateTimeField()
    is_first_phone = models.BooleanField(default=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "person_index"],
                condition=models.Q(ended_at__isnull=True),
                name="one_live_agreement",
            ),
        ]
        indexes = [models.Index(fields=["person_index"], name="agreement_of_person")]

    def __str__(self) -> str:
        return self.number

    @property
    def phone(self) -> str:
        sealed = self.organization.key.decrypt(self.phone_sealed, f"agreement.phone|{self.id}")
        return sealed.decode()

    @phone.setter
    def phone(self, phone: str) -> None:
        self.phone_sealed = self.organization.key.encrypt(phone.encode(), f"agreement.phone|{self.id}")
        self.phone_index = phone_index(phone)


def phone_index(phone: str) -> bytes:
    """Return the blind index by which rows of one phone are counted over all organizations."""
    return vault.keyed_hash("phone-index", phone)


def person_index(person: Person) -> bytes:
    """Return the blind index by which a person is recognised everywhere: of the name and the birth date."""
    name = person.full_name.casefold().replace("ё", "е")
    return vault.keyed_hash("person-index", name, person.birth_date.isoformat())
