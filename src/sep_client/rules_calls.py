"""The calls about rules: who may sign how, agreements on ПЭП, phones confirmed at the desk."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from sep_client.exchange import Exchange, segment
from sep_client.models import NewAgreement
from sep_client.rules import Agreement, Organization, PhoneCheck, Policy
from sep_client.settings import Settings


class RulesCalls:
    """This part of `SepClient`; errors and repetition are told there."""

    _settings: Settings
    _exchange: Exchange

    # ── the organization's rules ──────────────────────────────────────────────────────────────────────────

    def organization(self) -> Organization:
        """Return the organization's settings. `NotFound`: a service older than these rules."""
        return self._exchange.get("/organization", Organization)

    def change_organization(
        self,
        *,
        agreements: Literal["first_document", "beforehand"] | None = None,
        reminders: Sequence[int] | None = None,
        names_in_max: bool | None = None,
    ) -> Organization:
        """Change what is named. `reminders`: up to five rising hours, 1–720; an empty list is none."""
        wanted = {
            "agreements": agreements,
            "reminders": None if reminders is None else list(reminders),
            "namesInMax": names_in_max,
        }
        body = {name: value for name, value in wanted.items() if value is not None}
        return self._exchange.patch("/organization", body, Organization)

    def signing_policies(self) -> list[Policy]:
        """Return the rules of every kind of document."""
        return self._exchange.get("/signing-policies", list[Policy])

    def change_policy(
        self,
        type_code: str,
        *,
        methods: Sequence[str] | None = None,
        needs_medic_signature: bool | None = None,
        retention_years: int | None = None,
    ) -> Policy:
        """Set all three rules of a kind of document; `None` gives a rule back to the service's default.

        `retention_years` shorter than the law's is `Invalid` with the code `retention_too_short`.
        """
        body = {
            "methods": None if methods is None else list(methods),
            "needsMedicSignature": needs_medic_signature,
            "retentionYears": retention_years,
        }
        return self._exchange.put(f"/signing-policies/{segment(type_code)}", body, Policy)

    def accept_weaker_method(self, type_code: str, method: str, *, accepted_by: str) -> Policy:
        """Record that a person of the clinic has read the warning and takes a legally weaker way knowingly.

        Show him `MethodRule.warning` first: his name, the time and the warning are printed in every protocol.
        """
        body = {"method": method, "acceptedBy": accepted_by, "accepted": True}
        return self._exchange.post(f"/signing-policies/{segment(type_code)}/weaker-methods", body, Policy)

    def give_up_weaker_method(self, type_code: str, method: str) -> Policy:
        """Stop using a weaker way; documents already sent keep theirs."""
        path = f"/signing-policies/{segment(type_code)}/weaker-methods/{segment(method)}"
        return self._exchange.delete(path, Policy)

    # ── agreements on ПЭП ─────────────────────────────────────────────────────────────────────────────────

    def register_agreement(
        self,
        *,
        number: str,
        concluded_on: date,
        family: str,
        given: str,
        patronymic: str | None = None,
        birth_date: date,
        phone: str,
        way: Literal["paper", "qualified", "esia"] = "paper",
        registered_by: str | None = None,
        identity_checked_by: str | None = None,
        phone_check: str | None = None,
    ) -> Agreement:
        """Write down an agreement concluded in the clinic; an earlier one of this person ends.

        The same number with the same phone again changes nothing. `phone_check` is a confirmed `PhoneCheck`
        of this phone, not older than an hour: otherwise `Invalid` with the code `phone_not_confirmed`.
        """
        made = NewAgreement(
            number=number,
            concluded_on=concluded_on,
            way=way,
            registered_by=registered_by,
            identity_checked_by=identity_checked_by,
            phone_check=phone_check,
        )
        body = {
            "idLpu": self._settings.id_lpu,
            **made.model_dump(mode="json", by_alias=True, exclude_none=True),
            **_person(family, given, patronymic, birth_date),
            "phone": phone,
        }
        return self._exchange.post("/agreements", body, Agreement)

    def find_agreements(
        self, *, family: str, given: str, patronymic: str | None = None, birth_date: date
    ) -> list[Agreement]:
        """Return a person's agreements with the organization, the live one first."""
        body = _person(family, given, patronymic, birth_date)
        return self._exchange.post("/agreements/search", body, list[Agreement])

    def end_agreement(self, id_agreement: str, reason: str) -> Agreement:
        """End an agreement: nothing more is signed by a code under it; what was signed stays signed."""
        return self._exchange.post(f"/agreements/{segment(id_agreement)}/end", {"reason": reason}, Agreement)

    def begin_phone_check(self, phone: str) -> PhoneCheck:
        """Send a code to the phone of one who stands at the desk; he reads it aloud."""
        return self._exchange.post("/phone-checks", {"phone": phone}, PhoneCheck)

    def confirm_phone_check(self, id_phone_check: str, code: str) -> PhoneCheck:
        """Tell the code that was read aloud: `Invalid` with `code_wrong`, or `code_dead` when it is late."""
        path = f"/phone-checks/{segment(id_phone_check)}/confirm"
        return self._exchange.post(path, {"code": code}, PhoneCheck)


def _person(family: str, given: str, patronymic: str | None, birth_date: date) -> dict[str, str]:
    named = {"family": family, "given": given, "birthDate": birth_date.isoformat()}
    return named | ({"patronymic": patronymic} if patronymic else {})
