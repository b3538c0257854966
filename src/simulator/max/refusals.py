"""What this MAX answers when it refuses."""

from typing import Final

from django.http import JsonResponse


class ApiError(Exception):
    """A refusal of the Bot API: the status, the stable code and the message of the wire."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message

    def answer(self) -> JsonResponse:
        headers = {"Retry-After": "1"} if self.status == TOO_MANY else {}
        body = {"code": self.code, "message": self.message}
        return JsonResponse(body, status=self.status, headers=headers)


TOO_MANY: Final = 429


def payload(message: str) -> ApiError:
    return ApiError(400, "proto.payload", message)


def not_found(what: str) -> ApiError:
    return ApiError(404, "not.found", f"{what} not found")


def no_dialog() -> ApiError:
    return ApiError(404, "chat.not.found", "dialog.not.found")


def suspended() -> ApiError:
    return ApiError(403, "chat.denied", "error.dialog.suspended")


def not_ready() -> ApiError:
    return ApiError(400, "attachment.not.ready", "Key: errors.process.attachment.file.not.processed")


def too_many() -> ApiError:
    return ApiError(TOO_MANY, "too.many.requests", "Too many requests")
