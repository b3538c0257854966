import pytest

from sep.ceremony import codes, confirm
from sep.ceremony.models import Signature
from sep.documents.statuses import Status
from sep.vault import blobs
from tests import builders
from tests.ceremony import walk

pytestmark = pytest.mark.django_db(transaction=True)


def test_right_code_signs_seals_and_moves_the_status():
    package = builders.package()
    visit = walk.opened_visit(package)
    document = package.documents.get()
    assert walk.sign(document, visit) is confirm.Answer.SIGNED
    document.refresh_from_db()
    assert document.status == Status.SIGNED
    original = blobs.get(document.organization, document.original_sha256)
    sealed = blobs.get(document.organization, document.sealed_sha256)
    assert sealed.startswith(original)
    signature = Signature.objects.get()
    assert (signature.document, signature.package, signature.method) == (document, package, "sms_code")
    assert signature.agreement.number == builders.AGREEMENT.number


def test_wrong_code_is_counted_and_the_fifth_kills_the_code():
    package = builders.package()
    visit = walk.opened_visit(package)
    document = package.documents.get()
    now = builders.timezone.now()
    right = walk.code_for(document, visit, now)
    wrong = f"{(int(right) + 1) % 10**6:06}"
    answers = [confirm.confirm(document.id, visit, wrong, now=now) for _ in range(codes.MOST_WRONG)]
    assert answers == [confirm.Answer.WRONG] * 4 + [confirm.Answer.CODE_DEAD]
    assert confirm.confirm(document.id, visit, right, now=now) is confirm.Answer.CODE_DEAD
    assert not Signature.objects.exists()
