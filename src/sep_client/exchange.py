"""One call over HTTP: headers, repetition, and an answer or an error of ours."""

import logging
import time
import uuid
from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import quote

import httpx2
from pydantic import TypeAdapter, ValidationError

from sep_client import errors
from sep_client.retries import Retries
from sep_client.settings import Settings

logger = logging.getLogger("sep_client")
"""Tells of repetitions: the method, the failure's code, the pause. Never a body, a header or an address."""

Answer = TypeVar("Answer")

_CONNECT_SECONDS = 5.0


class Exchange:
    """A connection pool of one МО. Threads may share it."""

    def __init__(
        self, settings: Settings, *, timeout: float, retries: Retries, transport: httpx2.BaseTransport | None
    ) -> None:
        self._retries = retries
        self._client = httpx2.Client(
            base_url=settings.base,
            headers={
                "Authorization": f"{_scheme(settings.token)} {settings.token}",
                "User-Agent": "sep-client/1",
            },
            timeout=httpx2.Timeout(timeout, connect=min(timeout, _CONNECT_SECONDS)),
            transport=transport,
        )

    def close(self) -> None:
        self._client.close()

    def get(self, path: str, shape: type[Answer], params: Mapping[str, str | int] | None = None) -> Answer:
        """Return the answer as `shape`; raises `SepError`."""
        return _parsed(self._call("GET", path, {"Accept": "application/json"}, params=params), shape)

    def file(self, path: str, media_type: str) -> bytes:
        """Return a file of this type; raises `SepError`."""
        response = self._call("GET", path, {"Accept": media_type})
        if not response.headers.get("Content-Type", "").startswith(media_type):
            raise errors.unreadable(response)
        return response.content

    def post(self, path: str, body: Mapping[str, Any], shape: type[Answer]) -> Answer:
        """Send JSON under one `Idempotency-Key` for all attempts of this call; raises `SepError`."""
        headers = {
            "Accept": "application/json",
            "Idempotency-Key": str(uuid.uuid4()),
        }
        return _parsed(self._call("POST", path, headers, json=body), shape)

    def put(self, path: str, body: Mapping[str, Any], shape: type[Answer]) -> Answer:
        """Send JSON; the same again changes nothing more. Raises `SepError`."""
        return _parsed(self._call("PUT", path, {"Accept": "application/json"}, json=body), shape)

    def patch(self, path: str, body: Mapping[str, Any], shape: type[Answer]) -> Answer:
        """Send JSON that changes what it names; the same again changes nothing more. Raises `SepError`."""
        return _parsed(self._call("PATCH", path, {"Accept": "application/json"}, json=body), shape)

    def delete(self, path: str, shape: type[Answer]) -> Answer:
        """Delete; raises `SepError`."""
        return _parsed(self._call("DELETE", path, {"Accept": "application/json"}), shape)

    def _call(self, method: str, path: str, headers: Mapping[str, str], **request: Any) -> httpx2.Response:
        attempt = 1
        while True:
            status: int | None = None
            try:
                response = self._client.request(method, path, headers=headers, **request)
            except httpx2.RequestError as failure:
                error: errors.SepError = errors.from_transport(failure)
                error.__cause__ = failure
            else:
                if response.is_success:
                    return response
                status, error = response.status_code, errors.from_response(response)
            pause = self._retries.pause_after(attempt, error, status)
            if pause is None:
                raise error
            logger.info("%s: %s, attempt %d, again in %.1f s", method, error.code, attempt, pause)
            time.sleep(pause)
            attempt += 1


def segment(text: str) -> str:
    """Return an id as one part of a path, whatever characters the МИС uses in its ids."""
    return quote(text, safe="")


def _scheme(token: str) -> str:
    """A GUID is told the way МИС of the field tell it; a longer key is a bearer's."""
    try:
        uuid.UUID(token)
    except ValueError:
        return "Bearer"
    return "N3"


def _parsed(response: httpx2.Response, shape: type[Answer]) -> Answer:
    try:
        return TypeAdapter(shape).validate_json(response.content)
    except ValidationError as error:
        raise errors.unreadable(response) from error
