"""Verifies a sealed file: whose seal it carries, and whether anything changed after it.

Nothing here trusts a viewer's idea of «valid»: the seal must be made by a pinned certificate, stand in the
file exactly as we write it, cover the whole file, and agree with the evidence of its own revision. Any
exception on the way means that the file is not what we issued.
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from io import BytesIO
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.fields import MDPPerm, enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from sep.sealing.certificates import CertificateFacts, certificate_facts
from sep.sealing.cms import Container, read_container
from sep.sealing.evidence import FILE_NAME, ORIGINAL_NAME, SealKind
from sep.sealing.later_revisions import only_validation_data_follows


class Status(StrEnum):
    """The verdict in one word."""

    ISSUED = "issued"
    VALID = "valid"
    CHANGED = "changed"
    NO_SEAL = "no_seal"
    NOT_OURS = "not_ours"
    UNREADABLE = "unreadable"

    @property
    def sentence(self) -> str:
        """The verdict in a Russian sentence."""
        return _TITLES[self]


_TITLES = {
    Status.ISSUED: "Файл выдан этим сервисом и не изменялся.",
    Status.VALID: "Печать верна, файл не изменялся после неё.",
    Status.CHANGED: "Файл изменён после печати или печать повреждена.",
    Status.NO_SEAL: "В файле нет печати.",
    Status.NOT_OURS: "В файле есть подписи, но нет печати этого сервиса.",
    Status.UNREADABLE: "Файл не читается как PDF.",
}


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    code: str
    ok: bool
    text: str  # Russian sentence


@dataclass(frozen=True)
class Verdict:
    """The answer about a file. Evidence and certificate are told only of a seal of ours."""

    status: Status
    sha256: str  # of the file, lower-case hexadecimal
    checks: tuple[Check, ...] = ()
    kind: SealKind | None = None
    sealed_at: datetime | None = None
    certificate: CertificateFacts | None = None
    evidence: Mapping[str, Any] | None = None

    @property
    def is_genuine(self) -> bool:
        return self.status in (Status.ISSUED, Status.VALID)

    @property
    def failures(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if not check.ok)


def verify(data: bytes, *, trusted: Collection[Certificate], issued: Callable[[str], bool]) -> Verdict:
    """Judge a file. Never raises for anything that the file holds.

    Args:
        data: the file.
        trusted: certificates of our own seals, present and past (not of their authorities: an authority
            also certifies others).
        issued: whether a file with this SHA-256 (lower-case hexadecimal) was issued by this service.
    """
    digest = sha256(data).hexdigest()
    try:
        signatures = _signatures(PdfFileReader(BytesIO(data), strict=True))
    except Exception:  # noqa: BLE001
        # A damaged file makes the reader fail in dozens of ways; none of them leaves it genuine.
        return _verdict_without_seal(data, digest, trusted, Status.UNREADABLE)
    ours = [
        (signature, container)
        for signature in signatures
        if signature and (container := _container_of_ours(signature, trusted))
    ]
    if not ours:
        status = Status.NOT_OURS if signatures else Status.NO_SEAL
        return _verdict_without_seal(data, digest, trusted, status)
    examination = _Examination(data, signatures, *ours[-1])
    examination.add(
        "single_seal", len(ours) == 1, "Печать одна.", "В файле больше одной печати этого сервиса."
    )
    examination.run()
    is_genuine = all(check.ok for check in examination.checks)
    is_registered = issued(digest)
    examination.add(
        "issued",
        is_registered,
        "Файл совпадает с выданным байт в байт.",
        "Выданного файла с таким хешем в реестре нет.",
    )
    genuine = Status.ISSUED if is_registered else Status.VALID
    return examination.verdict(genuine if is_genuine else Status.CHANGED, digest)


def _signatures(reader: PdfFileReader) -> list[EmbeddedPdfSignature | None]:
    """Every signature that the form leads to; `None` stands for one that cannot be read."""
    found: list[EmbeddedPdfSignature | None] = []
    for name, _, field_reference in enumerate_sig_fields(reader, filled_status=True):
        try:
            found.append(EmbeddedPdfSignature(reader, field_reference, name))
        except Exception:  # noqa: BLE001 - an emptied or foreign signature may be of any shape
            found.append(None)
    return found


def _container_of_ours(signature: EmbeddedPdfSignature, trusted: Collection[Certificate]) -> Container | None:
    try:
        return read_container(signature.pkcs7_content, trusted)
    except Exception:  # noqa: BLE001 - a stranger's container may be of any shape
        return None


def _verdict_without_seal(
    data: bytes, digest: str, trusted: Collection[Certificate], otherwise: Status
) -> Verdict:
    """A file that still holds the bytes of our certificate had our seal once."""
    traces = (one.public_bytes(Encoding.DER).hex().upper().encode("ascii") for one in trusted)
    if not any(trace in data for trace in traces):
        return Verdict(otherwise, digest)
    remains = Check("seal_readable", ok=False, text="В файле есть следы печати, но сама она не читается.")
    return Verdict(Status.CHANGED, digest, (remains,))


@dataclass
class _Examination:
    """What was found out so far about one seal."""

    data: bytes
    signatures: list[EmbeddedPdfSignature | None]
    seal: EmbeddedPdfSignature
    container: Container
    checks: list[Check] = field(default_factory=list)
    kind: SealKind | None = None
    sealed_at: datetime | None = None
    evidence: dict[str, Any] | None = None

    def add(self, code: str, ok: bool, good: str, bad: str) -> None:
        self.checks.append(Check(code, ok, good if ok else bad))

    def run(self) -> None:
        try:
            self._check_signature()
            self._check_revisions()
            self._check_time()
            self._check_contents()
        except Exception:  # noqa: BLE001 - whatever breaks the examination speaks against the file
            self.add("readable", False, "", "Данные печати не читаются.")

    def verdict(self, status: Status, digest: str) -> Verdict:
        return Verdict(
            status=status,
            sha256=digest,
            checks=tuple(self.checks),
            kind=self.kind,
            sealed_at=self.sealed_at,
            certificate=certificate_facts(self.container.signatory.certificate),
            evidence=self.evidence,
        )

    def _check_signature(self) -> None:
        container, contents = self.container, self.seal.pkcs7_content
        start, first_length, second_start, second_length = self.seal.byte_range
        gap = b"<" + contents.hex().upper().encode("ascii") + b">"
        # Only the signature itself may stand between the two covered parts (signature wrapping attacks).
        placed = start == 0 and self.data[first_length:second_start] == gap
        end = second_start + second_length
        covered = sha256(memoryview(self.data)[:first_length])
        covered.update(memoryview(self.data)[second_start:end])
        self.add(
            "container",
            placed and container.canonical,
            "Печать стоит в файле так, как её поставил сервис.",
            "Запись печати в файле изменена.",
        )
        self.add(
            "digest",
            end <= len(self.data) and covered.digest() == container.digest,
            "Содержимое под печатью не изменено.",
            "Содержимое под печатью изменено.",
        )
        self.add(
            "signature",
            container.signatory.confirms(container.digest, container.signature),
            "Подпись печати математически верна.",
            "Подпись печати математически неверна.",
        )

    def _check_revisions(self) -> None:
        _, _, start, length = self.seal.byte_range
        ends_file = start + length == len(self.data)
        self.add(
            "nothing_after",
            ends_file or only_validation_data_follows(self.data, self.seal),
            "После печати в файл ничего не добавлено."
            if ends_file
            else "После печати добавлены только данные долговременной проверки.",
            "После печати в файл внесены изменения.",
        )

    def _check_time(self) -> None:
        self.sealed_at = generic.parse_pdf_date(self.seal.sig_object["/M"])
        certificate = self.container.signatory.certificate
        in_period = certificate.not_valid_before_utc <= self.sealed_at <= certificate.not_valid_after_utc
        self.add(
            "certificate_period",
            in_period,
            "Сертификат действовал в указанное время печати.",
            "Сертификат не действовал в указанное время печати.",
        )

    def _check_contents(self) -> None:
        revision = self.seal.reader.get_historical_resolver(self.seal.signed_revision)
        attached = _own_attachments(revision)
        earlier = [
            one for one in self.signatures if one is None or one.signed_revision < self.seal.signed_revision
        ]
        if not attached:
            self.kind = SealKind.PRESIGNED
            self.add(
                "earlier_signatures",
                bool(earlier),
                f"Документ поступил со своими подписями (их {len(earlier)}); они проверяются отдельно.",
                "В печати нет данных о подписании.",
            )
            return
        self.evidence = json.loads(attached[FILE_NAME])
        self.kind = SealKind(self.evidence["sealKind"])
        forbids_changes = self.seal.docmdp_level == MDPPerm.NO_CHANGES
        self.add(
            "certification",
            forbids_changes and not earlier,
            "Печать запрещает изменения файла.",
            "Печать не запрещает изменения файла.",
        )
        length = self.evidence["originalLength"]
        original = self.data[:length] if self.kind is SealKind.DOCUMENT else attached[ORIGINAL_NAME]
        matches = len(original) == length and sha256(original).hexdigest() == self.evidence["originalSha256"]
        self.add(
            "original",
            matches,
            "Исходный документ внутри файла совпадает с подписанным.",
            "Исходный документ внутри файла не совпадает с подписанным.",
        )


def _own_attachments(revision: HistoricalResolver) -> dict[str, bytes]:
    """Files that this revision attached; the original may bring attachments with the same names."""
    added = revision.explicit_refs_in_revision()
    files: dict[str, bytes] = {}
    if "/AF" not in revision.root:
        return {}
    associated = revision.root["/AF"]
    for position in range(len(associated)):
        item = associated.raw_get(position)
        if isinstance(item, generic.IndirectObject) and item.reference in added:
            specification = item.get_object()
            files[str(specification["/F"])] = specification["/EF"]["/F"].data
    return files
