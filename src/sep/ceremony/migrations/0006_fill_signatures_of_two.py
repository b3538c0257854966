"""What the new columns say of rows that were there: indexes of people, phones of messages, packages of codes."""

import json
from typing import Any

from django.db import migrations

from sep import vault


def fill(apps: Any, schema_editor: Any) -> None:
    key_of: dict[Any, vault.Key] = {}

    def decrypted(organization: Any, sealed: Any, place: str) -> bytes:
        if organization.pk not in key_of:
            key_of[organization.pk] = vault.open_key(bytes(organization.wrapped_key))
        return key_of[organization.pk].decrypt(bytes(sealed), place)

    Signer = apps.get_model("parties", "Signer")
    phones = {}
    for signer in Signer.objects.select_related("organization"):
        person = json.loads(decrypted(signer.organization, signer.personal, f"signer.personal|{signer.pk}"))
        name = " ".join(part for part in (person["family"], person["given"], person["patronymic"]) if part)
        signer.person_index = vault.keyed_hash(
            "person-index", name.casefold().replace("ё", "е"), person["birth_date"]
        )
        signer.save(update_fields=["person_index"])
        phones[signer.pk] = person["phone"]
    Delivery = apps.get_model("delivery", "Delivery")
    for delivery in Delivery.objects.filter(package__isnull=False).select_related("organization", "package"):
        decrypted(delivery.organization, delivery.text, f"delivery.text|{delivery.pk}")
        delivery.phone_sealed = key_of[delivery.organization_id].encrypt(
            phones[delivery.package.signer_id].encode(), f"delivery.phone|{delivery.pk}"
        )
        delivery.save(update_fields=["phone_sealed"])
    for known in apps.get_model("ceremony", "Acquaintance").objects.select_related("dialog"):
        known.phone_index = known.dialog.phone_index or b""
        visit = known.visits.select_related("package__signer").first()
        if visit is not None:
            known.person_index = visit.package.signer.person_index
        known.save(update_fields=["phone_index", "person_index"])
    for confirmation in apps.get_model("ceremony", "Confirmation").objects.select_related("visit"):
        confirmation.package_id = confirmation.visit.package_id
        confirmation.save(update_fields=["package"])
    Signature = apps.get_model("ceremony", "Signature")
    for signature in Signature.objects.select_related("confirmation"):
        confirmation = signature.confirmation
        signature.package_id, signature.visit_id = confirmation.package_id, confirmation.visit_id
        signature.method = "max_code" if confirmation.channel == "max" else "sms_code"
        signature.save(update_fields=["package", "visit", "method"])


class Migration(migrations.Migration):
    dependencies = [
        ("ceremony", "0005_signatures_of_two"),
        ("delivery", "0003_messages_without_a_package"),
        ("documents", "0003_two_signers_and_links_between"),
        ("parties", "0003_signing_policies_and_agreements"),
    ]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
