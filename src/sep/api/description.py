"""What OpenAPI must say beyond the routes' own types: problems, files, multipart."""

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

_PROBLEM = "application/problem+json"
_PDF = {
    "description": "PDF",
    "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
}
_FILES = {
    "create_document": {"content": {"type": "string", "format": "binary", "description": "PDF"}},
    "create_package": {
        "content-0": {
            "type": "string",
            "format": "binary",
            "description": "PDF первого документа; следующие — content-1, content-2, …",
        },
    },
}
_FIRST_PROBLEM = 400


class DescribedAPI(NinjaAPI):
    """The API whose description is checked against its answers by tests."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        description = super().get_openapi_schema(**options)
        for path in description["paths"].values():
            for operation in path.values():
                self._describe(operation)
        return description

    @staticmethod
    def _describe(operation: dict[str, Any]) -> None:
        for status, answer in operation["responses"].items():
            if int(status) >= _FIRST_PROBLEM and "application/json" in answer.get("content", {}):
                answer["content"] = {_PROBLEM: answer["content"]["application/json"]}
        name = operation["operationId"].removeprefix("sep_api_v1_")
        if not any(int(status) < _FIRST_PROBLEM for status in operation["responses"]):
            operation["responses"]["200"] = _PDF
        if name in _FILES:
            body = operation["requestBody"]["content"]
            described = {"type": "string", "description": "То же тело в JSON, без content.data"}
            properties = {"document": described, **_FILES[name]}
            body["multipart/form-data"] = {
                "schema": {"type": "object", "required": list(properties), "properties": properties}
            }
