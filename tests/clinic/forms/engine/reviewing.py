"""The shipped forms as they were last looked at.

After a new look: `python -m tests.clinic.forms.engine.reviewing`.

For an invented patient of twelve, signed by his mother; page by page, the hash of the text layer.
"""

import hashlib
import json
import os
from pathlib import Path

if __name__ == "__main__":
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()

import pypdfium2

from clinic.forms.printing import preview
from clinic.forms.shipped_forms import shipped_forms
from clinic.institution.models import Institution

KEPT = Path(__file__).parent / "reviewed.json"
CLINIC = {
    "name": "Клиника «Рябина»",
    "full_name": "Общество с ограниченной ответственностью «Клиника „Рябина“»",
    "address": "356140, Ставропольский край, г. Изобильный, ул. Ленинградская, д. 1",
    "phone": "+7 865 245-00-00",
    "email": "info@ryabina.example",
    "inn": "2607012340",
    "kpp": "260701001",
    "ogrn": "1022600662340",
    "licence": "Л041-01197-26/00300000 от 12.03.2020",
    "head_position": "Генеральный директор",
    "head_name": "Рябинина Елена Викторовна",
}


def current():
    """Each form's pages, as hashes of what they say."""
    clinic = Institution(**CLINIC)
    return {form.key: _pages(preview(form.text, clinic, form.object, form.name)) for form in shipped_forms()}


def _pages(pdf):
    with pypdfium2.PdfDocument(pdf) as document:
        said = []
        for page in document:
            layer = page.get_textpage()
            said.append(" ".join(layer.get_text_bounded().split()))
            layer.close()
            page.close()
    return [hashlib.sha256(text.encode()).hexdigest()[:16] for text in said]


if __name__ == "__main__":
    KEPT.write_text(json.dumps(current(), indent=2) + "\n")
