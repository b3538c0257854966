"""`Idempotency-Key`: the same POST again gets the answer that the first one got, for seven days."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

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
    fingerprint = hashlib.sha256(
        f"{request.method} {request.path}\n".encode() + hashlib.sha256(request.body).digest()
    ).digest()
    now = timezone.now()
    try:
        with transaction.atomic():
            kept = KeptAnswer.objects.create(
                organization=organization, key=key, request_hash=fingerprint, created_at=now
            )
    except IntegrityError:
        kept = KeptAnswer.objects.get(organization=organization, key=key)
        if bytes(kept.request_hash) != fingerprint:
            return problem(422, "idempotency_key_reused", "Этот Idempotency-Key уже был с другим запросом.")
        if kept.status:
            return _as_json(kept.status, json.loads(bytes(kept.body)), replayed=True)
        taken_over = KeptAnswer.objects.filter(pk=kept.pk, status=0, created_at__lt=now - _ABANDONED).update(
            created_at=now
        )
        if not taken_over:
            return problem(
                409, "in_progress", "Такой же запрос ещё выполняется.", headers={"Retry-After": "1"}
            )
    try:
        status, body = produce()
    except BaseException:
        KeptAnswer.objects.filter(pk=kept.pk, status=0).delete()
        raise
    KeptAnswer.objects.filter(pk=kept.pk).update(status=status, body=json.dumps(body).encode())
    return _as_json(status, body)


def _as_json(status: int, body: Any, *, replayed: bool = False) -> HttpResponse:
    response = HttpResponse(
        json.dumps(body, ensure_ascii=False), status=status, content_type="application/json; charset=utf-8"
    )
    if replayed:
        response["Idempotent-Replayed"] = "true"
    return response
