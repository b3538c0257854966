"""A body as JSON, or as multipart/form-data: JSON in the part `document`, PDFs in parts of their own."""

import json
from typing import Any

from django.core.files import File
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from ninja.errors import HttpError
from ninja.parser import Parser


class BodyParser(Parser):
    """Make the same value of both forms, so that one schema checks them.

    In multipart the file of `POST /documents` is the part `content`, the files of `POST /packages` are the
    parts `content-0`, `content-1`, … in the order of `documents`.
    """

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        if request.content_type == "multipart/form-data":
            return self._from_multipart(request)
        return self._object(request.body or b"{}")

    def _from_multipart(self, request: HttpRequest) -> dict[str, Any]:
        try:
            body = self._object(request.POST.get("document", ""))
            files = {name: file.read() for name, file in request.FILES.items() if isinstance(file, File)}
        except MultiPartParserError as error:
            raise HttpError(400, "") from error
        if "content" in files:
            self._attach(body, files["content"])
        documents = body.get("documents")
        for index, part in enumerate(documents if isinstance(documents, list) else []):
            if isinstance(part, dict) and f"content-{index}" in files:
                self._attach(part, files[f"content-{index}"])
        return body

    @staticmethod
    def _attach(part: dict[str, Any], data: bytes) -> None:
        content = part.setdefault("content", {})
        if isinstance(content, dict):
            content["data"] = data

    @staticmethod
    def _object(data: bytes | str) -> dict[str, Any]:
        body = json.loads(data)
        if not isinstance(body, dict):
            raise HttpError(400, "")
        return body
