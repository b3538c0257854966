"""Anyone may ask whether a document was signed here and whether a file is the one that was issued."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from sep.ceremony.pages.response import public_page
from sep.documents.models import Document
from sep.verify.checking import check
from sep.verify.facts import public_facts

LARGEST_FILE = 12 * 1024 * 1024  # a document of 10 MiB and what its seal adds
_UNPROCESSABLE = 422


class FileForm(forms.Form):
    """One PDF, read in memory and forgotten."""

    file = forms.FileField(error_messages={"required": _("Выберите файл PDF."), "empty": _("Файл пуст.")})

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_FILE:
            raise forms.ValidationError(_("Файл больше 12 МБ: такие здесь не выдаются."))
        return file


@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def verify(request: HttpRequest) -> HttpResponseBase:
    """Show the little that anyone may know of a document, and judge an uploaded file."""
    asked = request.GET.get("document", "").replace("\0", "")  # PostgreSQL knows no such character
    found = Document.objects.select_related("organization", "package__signer").filter(pk=asked).first()
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    verdict = None
    if form.is_valid():
        verdict = check(form.cleaned_data["file"].read())
    context = {
        "asked": asked,
        "facts": public_facts(found) if found is not None else None,
        "form": form,
        "verdict": verdict,
    }
    status = _UNPROCESSABLE if form.is_bound and verdict is None else 200
    return render(request, "verify/verify.html", context, status=status)
