"""Ways into the cabinet: a sign-in that goes on, a session on a device, and where it takes notices."""

import json

from django.db import models

from sep import vault
from sep.ceremony.models import Acquaintance
from sep.parties.identifiers import ulid_key
from sep.parties.models import phone_index


class SignIn(models.Model):
    """Somebody who wants in: the phone he typed, the code that went there, how far he is.

    The row is the same for a phone that nobody knows; only the message is missing then.
    """

    id = ulid_key()
    cookie_hash = models.BinaryField(max_length=32, unique=True)
    wrapped_key = models.BinaryField(default=vault.new_wrapped_key)
    phone_sealed = models.BinaryField()
    phone_index = models.BinaryField(max_length=32, db_index=True)
    address = models.CharField(max_length=60)
    network = models.CharField(max_length=50)
    code_hash = models.BinaryField(max_length=32, null=True)
    begun_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    wrong_codes = models.PositiveSmallIntegerField(default=0)
    code_told_at = models.DateTimeField(null=True)
    wrong_birth_dates = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["address", "begun_at"], name="sign_in_from_address"),
            models.Index(fields=["network", "begun_at"], name="sign_in_from_network"),
        ]

    def __str__(self) -> str:
        return self.id

    @property
    def phone(self) -> str:
        key = vault.open_key(bytes(self.wrapped_key))
        return key.decrypt(self.phone_sealed, f"sign_in.phone|{self.id}").decode()

    @phone.setter
    def phone(self, phone: str) -> None:
        key = vault.open_key(bytes(self.wrapped_key))
        self.phone_sealed = key.encrypt(phone.encode(), f"sign_in.phone|{self.id}")
        self.phone_index = phone_index(phone)


class Session(models.Model):
    """One device on which a person is in his cabinet."""

    id = ulid_key()
    acquaintance = models.ForeignKey(Acquaintance, on_delete=models.PROTECT, related_name="sessions")
    cookie_hash = models.BinaryField(max_length=32, unique=True)
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    address = models.CharField(max_length=60)
    user_agent = models.CharField(max_length=300)

    def __str__(self) -> str:
        return self.id


class PushSubscription(models.Model):
    """Where the browser of a session takes notices: whoever knows the address and the keys could send some.

    It outlives the idle session, or no notice would ever come; it ends when the person ends the session.
    """

    id = ulid_key()
    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="push")
    endpoint_hash = models.BinaryField(max_length=32, unique=True)
    wrapped_key = models.BinaryField(default=vault.new_wrapped_key)
    details_sealed = models.BinaryField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.id

    def read(self) -> dict[str, str]:
        """Return `endpoint`, `p256dh` and `auth`."""
        key = vault.open_key(bytes(self.wrapped_key))
        details = json.loads(key.decrypt(self.details_sealed, f"push.details|{self.id}"))
        return {name: str(value) for name, value in details.items()}

    def write(self, details: dict[str, str]) -> None:
        key = vault.open_key(bytes(self.wrapped_key))
        self.details_sealed = key.encrypt(json.dumps(details).encode(), f"push.details|{self.id}")
