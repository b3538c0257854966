"""What a cabinet is told: that a document waits, was signed, or is closed. Never who, never its name."""

import json
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import httpx2
import structlog
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from standardwebhooks import Webhook

from sep import jobs
from sep.documents.models import Document, Package
from sep.documents.statuses import OPEN, Status
from sep.external_cabinet.addresses import AddressRefused, checked_address
from sep.external_cabinet.models import ExternalCabinet, Notice, Recipient
from sep.parties.models import Organization

CHANNEL: Final = "cabinet"
WAITS: Final = tuple(
    timedelta(seconds=each) for each in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)  # the schedule of Standard Webhooks after the first attempt
SECONDS: Final = 15
_CLOSED: Final = frozenset({Status.DECLINED, Status.EXPIRED, Status.REVOKED, Status.WITHDRAWN})

logger = structlog.get_logger(__name__)


def cabinets_of(organization: Organization) -> "QuerySet[ExternalCabinet]":
    """Return the cabinets that are told of an organization's documents: its own and the common ones."""
    return ExternalCabinet.objects.filter(
        Q(organization=organization) | Q(organization__isnull=True), disabled_at__isnull=True
    )


def tell_invited(package: Package, now: datetime, **_: object) -> None:
    """Tell of every open document of an invited package, in the caller's transaction."""
    if CHANNEL not in package.channels:
        return
    for document in package.ordered().filter(status__in=OPEN):
        _tell(package, document, "document.waiting", now)


def tell_moved(document: Document, **_: object) -> None:
    """Tell that a document was signed or closed, in the caller's transaction."""
    status = Status(document.status)
    if status is not Status.SIGNED and status not in _CLOSED:
        return
    kind = "document.signed" if status is Status.SIGNED else "document.closed"
    for package in document.package.everyone():
        if CHANNEL in package.channels and package.signer.role in document.roles:
            _tell(package, document, kind, document.status_at)


def _tell(package: Package, document: Document, kind: str, now: datetime) -> None:
    organization = package.organization
    for cabinet in cabinets_of(organization):
        code = cabinet.recipient_of(package.signer.person.phone)
        Recipient.objects.get_or_create(
            cabinet=cabinet, code=code, defaults={"phone_index": bytes(package.signer.phone_index)}
        )
        body = {
            "type": kind,
            "timestamp": now.isoformat(),
            "data": {
                "idDocument": document.id,
                "idLpu": str(organization.id),
                "clinic": organization.short_name,
                "kind": document.type.short_name,
                "status": document.status,
                "expiresAt": document.expires_at.isoformat(),
                "recipient": code,
            },
        }
        notice = Notice.objects.create(
            cabinet=cabinet, body=json.dumps(body, ensure_ascii=False), created_at=now
        )
        _queue(notice)


def _queue(notice: Notice, delay: timedelta | None = None) -> None:
    jobs.enqueue(send_notice, notice.id, workflow_id=f"external-{notice.id}-{notice.attempts}", delay=delay)


@jobs.job("external_cabinet.send", queue="webhooks")
def send_notice(notice_id: str) -> None:
    """Make one attempt; the next is queued, later each time. 410 turns the cabinet off."""
    notice = Notice.objects.select_related("cabinet").filter(pk=notice_id).first()
    if notice is None or notice.delivered_at or notice.failed_at or notice.cabinet.disabled_at:
        return
    status = post(notice.cabinet, notice.id, notice.body)
    now = timezone.now()
    with transaction.atomic():
        notice.attempts += 1
        if status is not None and HTTPStatus(200) <= status < HTTPStatus(300):
            notice.delivered_at = now
        elif status == HTTPStatus.GONE:
            notice.failed_at = now
            ExternalCabinet.objects.filter(pk=notice.cabinet_id).update(disabled_at=now)
            logger.warning("external_cabinet.gone", cabinet=notice.cabinet_id)
        elif notice.attempts > len(WAITS):
            notice.failed_at = now
            logger.error("external_cabinet.gave_up", cabinet=notice.cabinet_id, notice=notice.id)
        else:
            _queue(notice, WAITS[notice.attempts - 1])
        notice.save(update_fields=["attempts", "delivered_at", "failed_at"])


def post(cabinet: ExternalCabinet, message_id: str, body: str) -> int | None:
    """Send a signed body once; returns the HTTP status, `None` when nobody answered or may be asked."""
    now = timezone.now()
    signature = Webhook(cabinet.secrets.outgoing).sign(message_id, now, body)
    try:
        address = checked_address(cabinet.webhook)
    except AddressRefused as refused:
        logger.error("external_cabinet.address_refused", cabinet=cabinet.id, code=refused.code)  # noqa: TRY400  the code says all
        return None
    except OSError:
        return None
    parts = urlsplit(cabinet.webhook)
    host = f"[{address}]" if ":" in address else address
    where = urlunsplit(parts._replace(netloc=host + (f":{parts.port}" if parts.port else "")))
    headers = {
        "host": parts.netloc,
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }
    try:
        # A proxy of the environment would resolve the name anew; the answer's body is nobody's business.
        with (
            httpx2.Client(trust_env=False, follow_redirects=False, timeout=SECONDS) as client,
            client.stream(
                "POST",
                where,
                content=body.encode(),
                headers=headers,
                extensions={"sni_hostname": parts.hostname},
            ) as answer,
        ):
            return answer.status_code
    except httpx2.HTTPError as error:
        logger.info("external_cabinet.no_answer", cabinet=cabinet.id, error=type(error).__name__)
        return None
