"""What a lawyer has looked at is what is printed: a page that says something else wants another look."""

import json

from tests.clinic.forms.engine.reviewing import KEPT, current


def test_every_page_of_the_shipped_forms_says_what_was_reviewed():
    reviewed, now = json.loads(KEPT.read_text()), current()
    changed = sorted(key for key in reviewed.keys() | now.keys() if reviewed.get(key) != now.get(key))
    assert not changed, "look at these forms, then: python -m tests.clinic.forms.engine.reviewing"
