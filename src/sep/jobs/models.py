"""Who works: one row a worker, so that the work of a lost one can be taken over."""

from django.db import models


class WorkerHeartbeat(models.Model):
    """The last sign of life of a worker, by the database's clock: machines' clocks differ."""

    executor_id = models.CharField(max_length=255, primary_key=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.executor_id
