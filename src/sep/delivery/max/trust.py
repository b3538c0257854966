"""Whom the MAX client trusts: the ordinary roots and that of Минцифры, for the API host alone.

The packaged chain is Russian Trusted Root CA (until 27.02.2032) and its Sub CA (until 06.03.2027).
"""

import ssl
from functools import cache
from pathlib import Path
from typing import Final

import httpx2

PACKAGED: Final = Path(__file__).with_name("russian-trusted-ca.pem")


@cache
def context(ca_file: Path | None = None) -> ssl.SSLContext:
    """Return the TLS context for the API host; `ca_file` replaces the packaged chain.

    Raises OSError when the file cannot be read, ssl.SSLError when it holds no certificates.
    """
    made = ssl.create_default_context()
    made.load_verify_locations(cafile=ca_file or PACKAGED)
    return made


@cache
def ordinary() -> ssl.SSLContext:
    """Return the TLS context for the upload hosts: that of any client, made once for all the bots."""
    return httpx2.create_ssl_context()
