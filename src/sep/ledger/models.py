"""Events and the head of the log."""

from django.db import models


class Event(models.Model):
    """One leaf of the log. The database refuses to change or delete it (see `append_only`)."""

    index = models.BigIntegerField(primary_key=True)
    stream = models.CharField(max_length=36)
    subject = models.CharField(max_length=26)
    kind = models.CharField(max_length=60)
    at = models.DateTimeField()
    body = models.BinaryField()
    leaf_hash = models.BinaryField(max_length=32)

    class Meta:
        indexes = [
            models.Index(fields=["stream", "index"], name="event_stream"),
            models.Index(fields=["subject", "index"], name="event_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.index} {self.kind}"


class Head(models.Model):
    """The size of the log: its single row is the lock that gives events one order without gaps."""

    size = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.size)
