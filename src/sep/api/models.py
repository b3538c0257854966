"""Answers kept for repeated requests."""

from django.db import models

from sep.parties.models import Organization


class KeptAnswer(models.Model):
    """The answer to a POST with an `Idempotency-Key`, for seven days."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    key = models.CharField(max_length=255)
    request_hash = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.BinaryField(default=bytes)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "key"], name="answer_by_key")]

    def __str__(self) -> str:
        return self.key
