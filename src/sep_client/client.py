"""The service as an object: one method for each call of the API."""

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from types import TracebackType
from typing import Final, Literal, Self

import httpx2

from sep_client.errors import (
    CertificateFailed,
    ConnectionFailed,
    FieldError,
    Invalid,
    RateLimited,
    ServerError,
    Timeout,
)
from sep_client.exchange import Exchange, segment
from sep_client.models import (
    Connection,
    Desk,
    Document,
    DocumentPage,
    Documents,
    DocumentType,
    Event,
    EventPage,
    MaxBot,
    NewDocument,
    NewPackage,
    Package,
    StatusCode,
    StatusMeaning,
)
from sep_client.retries import Retries
from sep_client.rules_calls import RulesCalls
from sep_client.settings import Settings

STATUSES_AT_ONCE: Final = 500
"""How many ids the service takes in one request for statuses."""

STILL_WAITING: Final = "still_waiting"
"""The code of `Timeout` when the time of waiting is over and the signer has not decided."""


class SepClient(RulesCalls):
    """A clinic's connection to the service.

    Threads may share it; close it, or use it in a `with` block. Every method raises `SepError` (see
    `sep_client.errors`) and repeats by itself what may pass: a lost connection, a timeout, 429, 502,
    503, 504. Repeating creates nothing twice: `id_document_mis` names a document forever, and every POST
    carries one `Idempotency-Key` for all its attempts.

    Args:
        address: «Адрес сервиса», e.g. `https://sep.example.org/sep/api`.
        token: «Авторизационный токен МИС».
        id_lpu: «Идентификатор МО».
        timeout: seconds to wait for an answer, for each attempt.
        transport: another way to send requests, e.g. `httpx2.HTTPTransport(verify=ssl_context)` for a
            certificate authority of the clinic's own.
        retries: bounds of repetition.
    """

    def __init__(
        self,
        address: str,
        token: str,
        id_lpu: str,
        *,
        timeout: float = 30.0,
        transport: httpx2.BaseTransport | None = None,
        retries: Retries | None = None,
    ) -> None:
        self._settings = Settings(address, token, id_lpu)
        self._exchange = Exchange(
            self._settings, timeout=timeout, retries=retries or Retries(), transport=transport
        )

    def __repr__(self) -> str:
        return f"SepClient({self._settings.address!r}, id_lpu={self._settings.id_lpu!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._exchange.close()

    def ping(self) -> Connection:
        """Check the three settings; tells the organization's name and the service's time."""
        return self._exchange.get("/ping", Connection, {"idLpu": self._settings.id_lpu})

    # ── sending ───────────────────────────────────────────────────────────────────────────────────────────

    def create_document(self, document: NewDocument) -> Document:
        """Send one document. Sent again it is returned; another one under its id is a `Conflict`."""
        return self._exchange.post("/documents", self._ours(document), Document)

    def create_package(self, package: NewPackage) -> Package:
        """Send 1–20 documents for one signer: all of them are accepted or none."""
        return self._exchange.post("/packages", self._ours(package), Package)

    def resend(self, id_document: str, channel: Literal["max", "sms"] | None = None) -> Document:
        """Invite again all who have not signed; `RateLimited` when a phone has had enough messages for now.

        `channel` chooses the way; without it a chat in MAX where there is one, an SMS otherwise. `Invalid`
        with the code `nothing_to_sign`, or `max_unreachable` when there is no chat with the signer.
        """
        wish = {} if channel is None else {"channel": channel}
        return self._exchange.post(f"/documents/{segment(id_document)}/resend", wish, Document)

    def desk(
        self,
        id_document: str,
        mode: Literal["qr", "tablet"],
        role: Literal["patient", "representative"] | None = None,
    ) -> Desk:
        """Return a link for one who stands at the desk: `qr` for his own phone, `tablet` for the clinic's.

        The code comes to the signer's own phone all the same. `role` says which of two signers he is.
        `Invalid` with the code `nothing_to_sign` when the document waits for nobody there.
        """
        wish = {"mode": mode} if role is None else {"mode": mode, "role": role}
        return self._exchange.post(f"/documents/{segment(id_document)}/desk", wish, Desk)

    def withdraw(self, id_document: str, reason: str = "") -> Document:
        """Have the withdrawal of a signed consent printed and sent to its signer; returns the withdrawal.

        The consent is withdrawn once its withdrawal is signed. Anything but a signed consent is `Invalid`
        with the code `not_withdrawable`.
        """
        path = f"/documents/{segment(id_document)}/withdraw"
        return self._exchange.post(path, {"reason": reason}, Document)

    def revoke(self, id_document: str, reason: str = "") -> Document:
        """Take an unsigned document back; `reason` is shown to the signer who opens the link.

        A document already signed, declined or expired is `Invalid` with the code `not_revocable`.
        """
        return self._exchange.post(f"/documents/{segment(id_document)}/revoke", {"reason": reason}, Document)

    # ── asking ────────────────────────────────────────────────────────────────────────────────────────────

    def document(self, id_document: str) -> Document:
        """Return one document with its status."""
        return self._exchange.get(f"/documents/{segment(id_document)}", Document)

    def documents(
        self,
        *,
        id_patient_mis: str | None = None,
        status: str | None = None,
        changed_since: datetime | None = None,
        page_size: int = 100,
    ) -> Iterator[Document]:
        """Iterate over documents, the oldest change first; further pages are fetched as you go.

        `changed_since` needs a time zone: a moment without one is `Invalid`.
        """
        if changed_since is not None and changed_since.tzinfo is None:
            message = "Время изменения нужно указать с часовым поясом."
            raise Invalid(message, errors=[FieldError("changedSince", "no_time_zone", message)])
        wanted = {
            "idPatientMis": id_patient_mis,
            "status": status,
            "changedSince": changed_since.isoformat() if changed_since else None,
            "limit": page_size,
        }
        params: dict[str, str | int] = {name: value for name, value in wanted.items() if value is not None}
        while True:
            page = self._exchange.get("/documents", DocumentPage, params)
            yield from page.documents
            if not page.has_more or page.cursor is None:
                return
            params["cursor"] = page.cursor

    def statuses(self, ids: Iterable[str]) -> list[Document]:
        """Return the documents with these ids, ours or the МИС's, however many; unknown ones are left out."""
        wanted = list(dict.fromkeys(ids))
        found: list[Document] = []
        for start in range(0, len(wanted), STATUSES_AT_ONCE):
            batch = wanted[start : start + STATUSES_AT_ONCE]
            found += self._exchange.post("/documents/statuses", {"ids": batch}, Documents).documents
        return found

    def follow(self, id_document: str, *, timeout: float, every: float = 2.0) -> Iterator[Document]:
        """Yield the document now and after each change, until nobody can sign it any more.

        Args:
            id_document: the service's id.
            timeout: seconds; then `Timeout` with the code `still_waiting`.
            every: seconds between questions. For thousands of documents use `events` instead.

        A failure that may pass is waited out; it is raised only when the time is over.
        """
        deadline = time.monotonic() + timeout
        last: Document | None = None
        while True:
            failure: Exception | None = None
            try:
                document = self.document(id_document)
            except CertificateFailed:
                raise
            except (ConnectionFailed, RateLimited, ServerError) as error:
                failure = error
            else:
                if document != last:
                    yield document
                    last = document
                if document.status.closed:
                    return
            if time.monotonic() + every > deadline:
                raise failure or Timeout("Документ ещё не подписан.", code=STILL_WAITING)
            time.sleep(every)

    def wait(
        self,
        id_document: str,
        until: Collection[str] = frozenset({StatusCode.SIGNED}),
        timeout: float = 900.0,
    ) -> Document:
        """Return the document when its status is one of `until` — or final, if it will never come to these.

        Look at `status.code` of the answer: a declined document is an answer, not an error. Raises `Timeout`
        with the code `still_waiting` after `timeout` seconds.
        """
        for document in self.follow(id_document, timeout=timeout):
            if document.status.code in until:
                return document
        return document

    def events(self, after: str | None = None, *, page_size: int = 100) -> Iterator[Event]:
        """Iterate over the changes after the cursor `after`, in order, and stop when there are no more.

        Keep `event.cursor` in the same transaction as your own work, and give it to the next call: no change
        is lost and none comes twice. Without `after` the feed starts from the beginning.
        """
        params: dict[str, str | int] = {"limit": page_size}
        if after is not None:
            params["after"] = after
        while True:
            page = self._exchange.get("/events", EventPage, params)
            yield from page.events
            if not page.has_more or page.cursor is None:
                return
            params["after"] = page.cursor

    # ── files ─────────────────────────────────────────────────────────────────────────────────────────────

    def original(self, id_document: str) -> bytes:
        """Return the PDF that the signer is shown."""
        return self._exchange.file(f"/documents/{segment(id_document)}/original", "application/pdf")

    def signed(self, id_document: str) -> bytes:
        """Return the signed and sealed PDF; `Conflict` with the code `not_signed` while there is none."""
        return self._exchange.file(f"/documents/{segment(id_document)}/signed", "application/pdf")

    def protocol(self, id_document: str) -> bytes:
        """Return the protocol of the signing alone, a PDF; `Conflict` with `not_signed` before it."""
        return self._exchange.file(f"/documents/{segment(id_document)}/protocol", "application/pdf")

    # ── the bot in MAX ────────────────────────────────────────────────────────────────────────────────────

    def max_bot(self) -> MaxBot:
        """Return the bot that writes to the clinic's patients. `NotFound`: a service older than MAX."""
        return self._exchange.get("/max-bot", MaxBot)

    def connect_max_bot(self, token: str) -> MaxBot:
        """Connect the clinic's own bot: it takes seconds, ask `max_bot` while its state is `connecting`.

        `token` is that of business.max.ru: «Чат-боты → бот → Настройки». Whether MAX takes it is told by
        the state, not by an error.
        """
        return self._exchange.put("/max-bot", {"token": token}, MaxBot)

    def disconnect_max_bot(self) -> MaxBot:
        """Let the clinic's own bot go: SMS come again, or the common bot's messages if there is one."""
        return self._exchange.delete("/max-bot", MaxBot)

    # ── dictionaries ──────────────────────────────────────────────────────────────────────────────────────

    def document_types(self) -> Sequence[DocumentType]:
        """Return the kinds of documents the service accepts."""
        return self._exchange.get("/document-types", list[DocumentType])

    def status_dictionary(self) -> Sequence[StatusMeaning]:
        """Return all statuses with their displays."""
        return self._exchange.get("/statuses", list[StatusMeaning])

    def _ours(self, request: NewDocument | NewPackage) -> dict[str, object]:
        body = request.model_dump(mode="json", by_alias=True, exclude_none=True)
        return {"idLpu": self._settings.id_lpu, **body}
