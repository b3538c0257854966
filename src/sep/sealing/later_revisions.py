"""What may follow a seal in its file: data for long-term validation, closed by a document timestamp.

A certification with P=1 allows nothing else (ISO 32000-2, 12.8.2.2; ETSI EN 319 142-1). Archive timestamps
are added long after sealing, so a file may grow without losing its seal.
"""

from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DiffResult,
    DocInfoRule,
    DSSCompareRule,
    FormUpdatingRule,
    ModificationLevel,
    ObjectStreamRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    XrefStreamRule,
)
from pyhanko.sign.validation import validate_pdf_timestamp
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator import ValidationContext

# pyHanko's own policy also lets XMP metadata and form fields change; ours does not.
_POLICY = StandardDiffPolicy(
    global_rules=[
        CatalogModificationRule(),
        DocInfoRule().as_qualified(ModificationLevel.LTA_UPDATES),
        ObjectStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        XrefStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        DSSCompareRule().as_qualified(ModificationLevel.LTA_UPDATES),
    ],
    form_rule=FormUpdatingRule(
        field_rules=[
            SigFieldCreationRule(approve_widget_bindings=True, allow_new_visible_after_certify=False),
            SigFieldModificationRule(),
        ]
    ),
)


def only_validation_data_follows(data: bytes, seal: EmbeddedPdfSignature) -> bool:
    """Whether every byte after the seal's revision is validation data under an intact document timestamp.

    Raises:
        Exception: pyHanko could not compare the revisions; the file is not genuine then.
    """
    seal.compute_integrity_info(diff_policy=_POLICY)
    difference = seal.diff_result
    if not isinstance(difference, DiffResult):
        return False
    if difference.modification_level > ModificationLevel.LTA_UPDATES:
        return False
    timestamps = seal.reader.embedded_timestamp_signatures
    return bool(timestamps) and _closes(data, timestamps[-1])


def _closes(data: bytes, timestamp: EmbeddedPdfSignature) -> bool:
    """Whether the timestamp covers the whole file, with nothing but itself in the gap.

    Whose timestamp it is does not matter here: it only proves that no byte was appended unseen.
    """
    start, first_length, second_start, second_length = timestamp.byte_range
    gap = b"<" + timestamp.pkcs7_content.hex().encode("ascii") + b">"
    is_whole = start == 0 and second_start + second_length == len(data)
    if not is_whole or data[first_length:second_start].lower() != gap:
        return False
    status = validate_pdf_timestamp(
        timestamp, validation_context=ValidationContext(trust_roots=[], allow_fetching=False)
    )
    return bool(status.intact and status.valid)
