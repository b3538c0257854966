"""What an operator's probes ask: alive, ready, and the figures."""

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django_prometheus.exports import ExportToDjangoView
from prometheus_client import Gauge

from sep.ceremony.seal_key import SealKeyUnfit, seal_key
from sep.documents.models import Document
from sep.documents.statuses import OPEN
from sep.jobs.status import queue_depths, worker_alive
from sep.sealing import SealingError

_JOBS = Gauge("sep_jobs", "Background jobs by queue and state.", ["queue", "state"])
_WAITING = Gauge("sep_documents_waiting", "Documents that wait for a signature.")


def alive(_request: HttpRequest) -> HttpResponse:
    """Answer as long as the process serves requests at all."""
    return HttpResponse("ok", content_type="text/plain")


def ready(_request: HttpRequest) -> HttpResponse:
    """Tell whether the whole service can do its work: database, worker, seal key."""
    parts = {name: check() for name, check in _CHECKS.items()}
    return JsonResponse(parts, status=200 if all(parts.values()) else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    """Serve Prometheus figures; the operator keeps this path inside his network."""
    for queue, depth in queue_depths().items():
        _JOBS.labels(queue, "ready").set(depth.ready)
        _JOBS.labels(queue, "delayed").set(depth.delayed)
        _JOBS.labels(queue, "running").set(depth.running)
    _WAITING.set(Document.objects.filter(status__in=OPEN, expires_at__gt=timezone.now()).count())
    response: HttpResponse = ExportToDjangoView(request)
    return response


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _worker() -> bool:
    try:
        return worker_alive()
    except DatabaseError:
        return False


def _seal() -> bool:
    try:
        seal_key()
    except (SealKeyUnfit, SealingError, OSError):
        return False
    return True


_CHECKS: dict[str, Callable[[], bool]] = {"database": _database, "worker": _worker, "seal": _seal}
