"""What passes between the service and its disposable processes.

JSON and bytes, never pickle, for the far end may be in a stranger's hands.
"""

import json
import socket
import struct
from dataclasses import dataclass
from typing import Any, Final

ORDER: Final = struct.Struct("!d")
"""To the fork server, one for each job: seconds until it is killed. With it go two descriptors: the job's own
socket,
and the pipe that will tell how its process ended."""
STATUS: Final = struct.Struct("!i")
"""From the fork server through that pipe: exit code, or minus the signal."""

_HEADER: Final = struct.Struct("!II")
_CHUNK: Final = 1 << 18


class FrameError(Exception):
    """The far end closed midway, or sent what is not a frame."""


class OversizedFrameError(FrameError):
    """The far end announced more than it may send."""


@dataclass(frozen=True, slots=True)
class Frame:
    fields: dict[str, Any]
    blob: bytes
    size: int


def send_frame(channel: socket.socket, fields: dict[str, Any], blob: bytes = b"") -> None:
    text = json.dumps(fields, ensure_ascii=False).encode()
    channel.sendall(_HEADER.pack(len(text), len(blob)) + text)
    if blob:
        channel.sendall(blob)


def receive_frame(channel: socket.socket, max_bytes: int) -> Frame:
    """Read one frame of at most `max_bytes`; more is refused before it is read.

    Raises:
        FrameError: end of file, an oversized frame, or not a JSON object.
    """
    text_size, blob_size = _HEADER.unpack(_receive_exactly(channel, _HEADER.size))
    if text_size + blob_size > max_bytes:
        raise OversizedFrameError
    try:
        fields = json.loads(_receive_exactly(channel, text_size))
    except (ValueError, RecursionError) as error:
        raise FrameError from error
    if not isinstance(fields, dict):
        raise FrameError
    return Frame(fields, _receive_exactly(channel, blob_size), text_size + blob_size)


def _receive_exactly(channel: socket.socket, size: int) -> bytes:
    parts = []
    while size:
        part = channel.recv(min(size, _CHUNK))
        if not part:
            raise FrameError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
