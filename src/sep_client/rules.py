"""Answers about rules: who signs how, agreements on ПЭП, phones confirmed at the desk."""

from datetime import date, datetime

from sep_client.wire import Answer


class Organization(Answer):
    """The organization's own settings.

    Attributes:
        agreements: `first_document`: who has no agreement on ПЭП gets it as the first document;
            `beforehand`: a document for him is refused.
        reminders: after how many hours an unsigned document is reminded of, rising.
        names_in_max: whether messages in MAX name the document.
    """

    shown = frozenset({"agreements", "reminders", "names_in_max"})

    name: str
    agreements: str
    reminders: tuple[int, ...] = ()
    names_in_max: bool = False


class MethodRule(Answer):
    """A way of signing a kind of document.

    Attributes:
        warning: why the law names other ways; such a way is allowed only once somebody has accepted it.
        accepted_by, accepted_at: who of the clinic has, and when.
    """

    shown = frozenset({"code", "is_allowed", "accepted_at"})

    code: str
    name: str
    is_allowed: bool
    is_connected: bool = True
    warning: str | None = None
    accepted_by: str | None = None
    accepted_at: datetime | None = None


class Policy(Answer):
    """The rules of one kind of document. `type` is its code, `own_signature_from` full years."""

    shown = frozenset({"type", "article", "methods", "needs_medic_signature", "retention_years"})

    type: str
    name: str
    article: str
    methods: tuple[MethodRule, ...]
    needs_medic_signature: bool
    signs_alone: bool = False
    retention_years: int
    own_signature_from: int


class Agreement(Answer):
    """An agreement on the use of ПЭП with one person; live while `ended_at` is empty.

    Attributes:
        way: `paper`, `qualified`, `esia`, or `first_document` for one that was itself signed by a code.
        phone: masked; the one phone whose codes are this person's signature.
        phone_confirmed_at: when a code was read aloud in the clinic.
        identity_checked_by: who saw the passport.
        id_document: the agreement as a document of the service, when it is one.
        rests_until: until then consents and contracts are not signed, since the phone was changed.
    """

    shown = frozenset({"id_agreement", "way", "ended_at"})

    id_agreement: str
    number: str
    way: str
    concluded_on: date
    phone: str
    phone_confirmed_at: datetime | None = None
    identity_checked_by: str | None = None
    id_document: str | None = None
    registered_at: datetime | None = None
    rests_until: datetime | None = None
    ended_at: datetime | None = None


class PhoneCheck(Answer):
    """A code sent to the phone of one who stands at the desk; `phone_check` is its id, the phone masked."""

    shown = frozenset({"phone_check", "expires_at", "confirmed_at"})

    phone_check: str
    phone: str
    expires_at: datetime
    confirmed_at: datetime | None = None
