"""Whom the MAX client trusts: the ordinary roots and that of Минцифры, and in this client alone."""

import ssl
from functools import cache
from pathlib import Path
from typing import Final

PACKAGED: Final = Path(__file__).with_name("russian-trusted-ca.pem")


@cache
def context(ca_file: Path | None = None) -> ssl.SSLContext:
    """Return the TLS context for the API host; `ca_file` replaces the packaged chain."""
    made = ssl.create_default_context()
    made.load_verify_locations(cafile=ca_file or PACKAGED)
    return made
