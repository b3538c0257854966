"""Where files come in and go out. Another host than the API: a bot's token has no business here."""

import io
import mimetypes
from typing import Final
from urllib.parse import unquote

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from simulator.max.models import MaxBehaviour, Upload
from simulator.max.refusals import ApiError, not_found, payload

SHOWN: Final = frozenset({"application/pdf", "image/png", "image/jpeg", "image/webp", "image/gif"})
"""Types that open in the phone; anything else is downloaded."""


@csrf_exempt
@require_POST
def receive(request: HttpRequest, place: str) -> HttpResponse:
    """Take the one file of a place, in the multipart field `data`."""
    try:
        upload = _keep(request, place)
    except ApiError as error:
        return error.answer()
    match upload.kind:
        case "file":
            return JsonResponse({"fileId": upload.pk, "token": upload.token})
        case "image":
            return JsonResponse({"photos": {str(upload.pk): {"token": upload.token}}})
        case _:
            return HttpResponse("<retval>1</retval>", content_type="text/xml")


def _keep(request: HttpRequest, place: str) -> Upload:
    if "Authorization" in request.headers and MaxBehaviour.current().strict_storage:
        raise ApiError(400, "authorization.unexpected", "The bot's token was sent to the storage")
    if request.content_type != "multipart/form-data":
        raise ApiError(415, "media.type", "Unsupported media type")
    came = request.FILES.get("data")
    if not isinstance(came, UploadedFile):
        raise payload("No field data")
    content = came.read()
    name = unquote(came.name or "")[-255:]
    free = Upload.objects.filter(place=place, content=None)
    if not free.update(content=content, name=name, size=len(content)):
        raise not_found("Upload address")
    return Upload.objects.only("pk", "kind", "token").get(place=place)


@require_GET
def give(request: HttpRequest, token: str) -> FileResponse:
    """Give a file to the phone under its own name; `?download` makes the browser keep it."""
    upload = Upload.objects.filter(token=token).exclude(content=None).first()
    if upload is None:
        raise Http404
    name = upload.name or f"{upload.kind}-{upload.pk}"
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if upload.kind == "image" and kind not in SHOWN:
        kind = "image/png"
    return FileResponse(
        io.BytesIO(upload.content or b""),
        filename=name,
        as_attachment="download" in request.GET or kind not in SHOWN,
        content_type=kind,
        headers={"X-Content-Type-Options": "nosniff"},
    )
