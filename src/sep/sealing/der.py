"""The few bytes of DER (X.690) that a seal needs, written directly: a general encoder costs 8 ms a seal."""

from asn1crypto import core

SEQUENCE = 0x30
SET = 0x31
INTEGER = 0x02
OCTET_STRING = 0x04
_SHORT = 0x7F  # the longest body whose length is one octet

NULL = b"\x05\x00"


def explicit(number: int) -> int:
    """Tag of a constructed, context-specific element."""
    return 0xA0 | number


def encode(tag: int, *parts: bytes) -> bytes:
    """One element: tag, definite length, the parts one after another."""
    body = b"".join(parts)
    length = len(body)
    if length <= _SHORT:
        return bytes((tag, length)) + body
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(size))) + size + body


def set_of(*parts: bytes) -> bytes:
    """SET OF: DER orders the members by their encoding."""
    return encode(SET, *sorted(parts))


def oid(dotted: str) -> bytes:
    """An object identifier, whole element."""
    encoded: bytes = core.ObjectIdentifier(dotted).dump()
    return encoded
