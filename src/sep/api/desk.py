"""What the staff does with a document while the person stands before them."""

from datetime import datetime

from django.conf import settings

from sep.api.schemas import DeskIn, DeskOut
from sep.ceremony import invitation, links, turn, withdrawal
from sep.ceremony.models import Entrance
from sep.documents.models import Document, Package
from sep.parties.errors import Refusal

_ENTRANCES = {"qr": Entrance.DESK, "tablet": Entrance.TABLET}


def at_the_desk(document: Document, wish: DeskIn, now: datetime) -> DeskOut:
    """Make a link for the desk; raises `Refusal` when nobody there may sign."""
    packages = [
        package
        for package in document.package.everyone()
        if turn.awaits(document, package, now) and wish.role in {None, package.signer.role}
    ]
    if not packages:
        raise Refusal("nothing_to_sign", "Подписывать нечего: документ не ждёт подписи этого человека.")
    token, expires_at = links.make_desk_link(packages[0], _ENTRANCES[wish.mode], now)
    return DeskOut(address=f"{settings.ENVIRONMENT.address}/s/{token}", expires_at=expires_at)


def ask_to_withdraw(document: Document, reason: str, now: datetime) -> Document:
    """Prepare a withdrawal at the person's word and invite him to sign it; raises `Refusal`."""
    signed = document.signatures.select_related("package").order_by("signed_at").first()
    if signed is None:
        raise Refusal("not_withdrawable", "Отозвать можно только подписанное согласие.")
    package = Package.objects.select_related("organization", "signer__organization", "signer__patient").get(
        pk=signed.package_id
    )
    made = withdrawal.begin(document, package, reason, now=now)
    invitation.invite_again(made.package, now)
    return made
