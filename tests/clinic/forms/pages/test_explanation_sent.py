"""What a form explains reaches the service together with the document."""

import pytest

from clinic.forms.models import PdfType, PrintForm
from clinic.forms.printing import print_form
from clinic.forms.subjects import subject_of
from clinic.signing import package
from clinic.signing.models import PackageDocument
from clinic.staff.models import User
from sep.documents.models import Document
from sep.jobs.testing import drain
from tests.clinic.signing.conftest import at_service, road

from .talons import talon_of

__all__ = ["at_service", "road"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("at_service")
def test_the_words_and_the_questions_of_the_printed_version_are_sent(clinic):
    talon, author = talon_of(clinic), User.objects.get(username="registrar")
    form = PrintForm.objects.get(institution=clinic, shipped_as="ids-anaesthesia")
    version = form.versions.get()
    print_form(form, subject_of(clinic, "appointment", talon.pk, PdfType.CONSENT), author)
    form.versions.create(number=2, text=version.text, summary="Написано позже.", author=author)
    package.send(PackageDocument.objects.all(), author)
    drain()
    sent = Document.objects.get(name=form.name).explanation
    assert sent.summary == version.summary
    assert [(each.text, each.right) for each in sent.questions] == [
        (each["text"], each["right"]) for each in version.questions
    ]
