"""`Idempotency-Key`: the same POST again gets the answer that the first one got, for seven days."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.core.files import File
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from sep.api.authentication import organization_of
from sep.api.models import KeptAnswer
from sep.api.problems import problem

KEPT = timedelta(days=7)
_ABANDONED = timedelta(seconds=60)
"""A request that has not answered for so long has died with its process; the next one takes its place."""

LONGEST_KEY = 255


def answer(request: HttpRequest, produce: Callable[[], tuple[int, Any]]) -> HttpResponse:
    """Answer with what `produce` returns, `(status, JSON value)`, once for every `Idempotency-Key`.

    An answer that is an error is not kept: the caller may mend the request and try again.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return _as_json(*produce())
    if len(key) > LONGEST_KEY:
        return problem(400, "bad_idempotency_key", f"Idempotency-Key не длиннее {LONGEST_KEY} знаков.")
    organization = organization_of(request)
    fingerprint = _fingerprint(request)
    now = timezone.now()
    try:
        with transaction.atomic():
            kept = KeptAnswer.objects.create(
                organization=organization, key=key, request_hash=fingerprint, created_at=now
            )
    except IntegrityError:
        found = KeptAnswer.objects.filter(organization=organization, key=key).first()
        if found is None:  # the first request failed between our insert and our look
            return _in_progress()
        earlier = _earlier_answer(found, fingerprint, now)
        if earlier is not None:
            return earlier
        kept = found
    try:
        status, body = produce()
    except BaseException:
        KeptAnswer.objects.filter(pk=kept.pk, status=0).delete()
        raise
    KeptAnswer.objects.filter(pk=kept.pk).update(status=status, body=json.dumps(body).encode())
    return _as_json(status, body)


def _fingerprint(request: HttpRequest) -> bytes:
    """Hash what a request says: of multipart its parts, for the boundary between them is new each time."""
    said = [f"{request.method} {request.path}".encode()]
    if request.content_type == "multipart/form-data":
        said += [part.encode() for name, text in sorted(request.POST.items()) for part in (name, str(text))]
        for name, file in sorted(request.FILES.items()):
            assert isinstance(file, File)
            file.seek(0)
            said += [name.encode(), file.read()]
    else:
        said.append(request.body)
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in said)).digest()


def _earlier_answer(kept: KeptAnswer, fingerprint: bytes, now: datetime) -> HttpResponse | None:
    """Return what the second request under a key is answered, `None` when it takes an abandoned place."""
    if bytes(kept.request_hash) != fingerprint:
        return problem(422, "idempotency_key_reused", "Этот Idempotency-Key уже был с другим запросом.")
    if kept.status:
        return _as_json(kept.status, json.loads(bytes(kept.body)), replayed=True)
    abandoned = KeptAnswer.objects.filter(pk=kept.pk, status=0, created_at__lt=now - _ABANDONED)
    return None if abandoned.update(created_at=now) else _in_progress()


def _in_progress() -> HttpResponse:
    return problem(409, "in_progress", "Такой же запрос ещё выполняется.", headers={"Retry-After": "1"})


def _as_json(status: int, body: Any, *, replayed: bool = False) -> HttpResponse:
    response = HttpResponse(
        json.dumps(body, ensure_ascii=False), status=status, content_type="application/json; charset=utf-8"
    )
    if replayed:
        response["Idempotent-Replayed"] = "true"
    return response
