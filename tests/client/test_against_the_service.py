"""The client against the service itself, over a real connection: one contract, spoken by both."""

import hashlib
from datetime import date, timedelta

import pytest
from django.utils import timezone

from sep import samples
from sep.ceremony import questions
from sep.documents.models import Document
from sep.jobs.testing import drain
from sep.parties import tokens
from sep_client import (
    Conflict,
    Content,
    Forbidden,
    Invalid,
    NewAgreement,
    NewDocument,
    NewPackage,
    NotFound,
    PackageDocument,
    Patient,
    RateLimited,
    Retries,
    SepClient,
    Signer,
    Unauthorized,
)
from tests import builders
from tests.ceremony import walk

ADULT = Patient(
    id_patient_mis="1040312",
    family="Иванова",
    given="Мария",
    patronymic="Петровна",
    birth_date=date(1954, 3, 14),
    sex=2,
)
CHILD = Patient(
    id_patient_mis="2156792",
    family="Тестовый",
    given="Тест",
    patronymic="Тестович",
    birth_date=date(timezone.now().year - 12, 1, 1),
)
ON_PAPER = NewAgreement(number="П-17", concluded_on=date(2026, 1, 12), identity_checked_by="Смирнова Е. А.")


@pytest.fixture
def clinic(transactional_db):
    return builders.organization()


@pytest.fixture
def connect(live_server):
    """A way to connect as a МИС with these settings; nothing is repeated, so each answer is the first one."""

    def with_settings(token: str, id_lpu: str) -> SepClient:
        return SepClient(f"{live_server.url}/sep/api", token, id_lpu, retries=Retries(attempts=1))

    return with_settings


@pytest.fixture
def token(clinic) -> str:
    return tokens.issue(clinic, name="МИС", now=timezone.now())


@pytest.fixture
def sep(connect, clinic, token):
    with connect(token, str(clinic.id)) as client:
        yield client


def adult_consent(**changes) -> NewDocument:
    values = {
        "id_document_mis": builders.new_document().id_document_mis,
        "name": "ИДС на проведение телемедицинской консультации",
        "type": "consent",
        "patient": ADULT,
        "signer": Signer(role="patient", phone=builders.phone(), agreement=ON_PAPER),
        "content": Content(data=samples.render("consent", samples.adult_consent(date(2026, 6, 25)))),
    }
    return NewDocument(**values | changes)


def test_the_settings_are_checked(sep: SepClient, clinic):
    answer = sep.ping()
    assert (answer.organization, answer.id_lpu) == (clinic.name, str(clinic.id))
    assert abs(answer.time - timezone.now()) < timedelta(minutes=1)


def test_a_wrong_token_and_a_strange_organization_are_told_apart(connect, token: str, clinic):
    with connect("6f1b1d0c-0f0e-4a57-9f59-3b0a4f0d9a11", str(clinic.id)) as sep, pytest.raises(Unauthorized):
        sep.ping()
    with connect(token, str(builders.organization().id)) as sep:
        with pytest.raises(Forbidden):
            sep.ping()
        with pytest.raises(Forbidden):
            sep.create_document(adult_consent())


def test_the_whole_story_of_a_form(sep: SepClient):
    sent = adult_consent()
    created = sep.create_document(sent)
    assert created.status.display == "Создан"
    assert created.sha256 == created.received_sha256 == hashlib.sha256(sent.content.data).hexdigest()
    assert created.page_count == 2
    with pytest.raises(Conflict) as early:
        sep.signed(created.id_document)
    assert early.value.code == "not_signed"
    document = Document.objects.get(pk=created.id_document)
    visit = walk.opened_visit(document.package)
    drain()
    assert sep.document(created.id_document).status.display == "Документ направлен конкретному получателю"
    walk.sign(document, visit)
    signed = sep.wait(created.id_document)
    assert signed.status.display == "Получатель подписал документ"
    pdf = sep.signed(created.id_document)
    assert hashlib.sha256(pdf).hexdigest() == signed.signed_sha256
    assert pdf.startswith(sep.original(created.id_document))
    assert sep.protocol(created.id_document).startswith(b"%PDF")


def test_a_parent_receives_the_form_of_a_child(sep: SepClient):
    form = samples.render("consent", samples.child_consent(date(2026, 6, 25)))
    mother = Signer(
        role="representative",
        phone=builders.phone(),
        family="Тестовая",
        given="Анна",
        patronymic="Сергеевна",
        birth_date=date(1986, 5, 12),
        relation="mother",
        basis="свидетельство о рождении",
        in_medical_record=True,
    )
    child = adult_consent(patient=CHILD, content=Content(data=form))
    with pytest.raises(Invalid) as refused:
        sep.create_document(child)
    assert refused.value.code == "representative_required"
    assert refused.value.errors[0].path == "signer.role"
    accepted = sep.create_document(child.model_copy(update={"signer": mother}))
    assert accepted.status.code == "created"


def test_the_same_form_again_is_the_same_document(sep: SepClient):
    sent = adult_consent()
    assert sep.create_document(sent).id_document == sep.create_document(sent).id_document
    with pytest.raises(Conflict) as other:
        sep.create_document(sent.model_copy(update={"name": "Другой документ"}))
    assert other.value.code == "document_exists"


def test_a_package_and_all_its_questions(sep: SepClient):
    contract = samples.render("contract", samples.adult_contract(date(2026, 6, 25)))
    consent = adult_consent()
    package = sep.create_package(
        NewPackage(
            id_package_mis="PKG-12",
            patient=consent.patient,
            signer=consent.signer,
            documents=[
                PackageDocument(
                    id_document_mis=f"{consent.id_document_mis}-1",
                    name="ИДС",
                    type="consent",
                    content=consent.content,
                ),
                PackageDocument(
                    id_document_mis=f"{consent.id_document_mis}-2",
                    name="Договор",
                    type="contract",
                    content=Content(data=contract),
                ),
            ],
        )
    )
    ids = [each.id_document for each in package.documents]
    listed = sep.documents(id_patient_mis="1040312", page_size=1)
    assert [each.id_document for each in listed] == ids
    asked = sep.statuses([ids[0], f"{consent.id_document_mis}-2", "неизвестный"])
    assert sorted(each.id_document for each in asked) == sorted(ids)


def test_the_feed_tells_each_change_once(sep: SepClient):
    created = sep.create_document(adult_consent())
    drain()
    first = list(sep.events(page_size=1))
    assert [event.status.code for event in first] == ["created", "sent"]
    sep.revoke(created.id_document, "Ошибка в дате")
    later = list(sep.events(after=first[-1].cursor))
    assert [(event.id_document, event.status.code) for event in later] == [(created.id_document, "revoked")]
    assert list(sep.events(after=later[-1].cursor)) == []


def test_a_package_with_one_bad_file_is_refused_whole(sep: SepClient):
    consent = adult_consent()
    files = {"good": consent.content, "bad": Content(data=b"Not a PDF at all")}
    documents = [
        PackageDocument(
            id_document_mis=f"{consent.id_document_mis}-{name}", name="ИДС", type="consent", content=content
        )
        for name, content in files.items()
    ]
    with pytest.raises(Invalid) as caught:
        sep.create_package(NewPackage(patient=ADULT, signer=consent.signer, documents=documents))
    assert caught.value.code == "not_a_pdf"
    assert [error.path for error in caught.value.errors] == ["documents.1.content.data"]
    assert list(sep.documents()) == []


def test_the_list_is_narrowed_by_status_and_time(sep: SepClient):
    ids = [sep.create_document(adult_consent()).id_document for _ in range(2)]
    sep.revoke(ids[1], "Ошибка в дате")
    assert [each.id_document for each in sep.documents(status="revoked")] == [ids[1]]
    assert [
        each.id_document for each in sep.documents(changed_since=timezone.now() - timedelta(hours=1))
    ] == ids
    assert list(sep.documents(changed_since=timezone.now() + timedelta(hours=1))) == []


def test_a_signed_document_is_neither_taken_back_nor_sent_again(sep: SepClient):
    created = sep.create_document(adult_consent())
    document = Document.objects.get(pk=created.id_document)
    walk.sign(document, walk.opened_visit(document.package))
    with pytest.raises(Invalid) as back:
        sep.revoke(created.id_document, "Ошибка")
    assert back.value.code == "not_revocable"
    assert "Получатель подписал документ" in back.value.message
    with pytest.raises(Invalid) as again:
        sep.resend(created.id_document)
    assert again.value.code == "nothing_to_sign"


def test_one_phone_is_not_flooded_with_invitations(sep: SepClient):
    created = sep.create_document(adult_consent())
    sep.resend(created.id_document)
    sep.resend(created.id_document)
    with pytest.raises(RateLimited) as caught:
        sep.resend(created.id_document)
    assert caught.value.code == "too_many_messages"
    assert 0 < caught.value.retry_after <= 600


def test_following_ends_with_the_signature_made_meanwhile(sep: SepClient):
    created = sep.create_document(adult_consent())
    document = Document.objects.get(pk=created.id_document)
    visit = walk.opened_visit(document.package)
    drain()
    seen = []
    for each in sep.follow(created.id_document, timeout=60, every=0.01):
        seen.append(each.status.code)
        if each.status.code == "sent":
            walk.sign(document, visit)
    assert (seen[0], seen[-1]) == ("sent", "signed")


def test_what_is_not_there_is_not_found(sep: SepClient):
    with pytest.raises(NotFound):
        sep.document("01JZ7YZZZZZZZZZZZZZZZZZZZZ")


def test_a_landline_is_refused_in_russian(sep: SepClient):
    with pytest.raises(Invalid) as caught:
        sep.create_document(adult_consent(signer=Signer(role="patient", phone="0154167")))
    assert caught.value.errors[0].path == "signer.phone"
    assert caught.value.errors[0].message.startswith("На этот номер СМС не отправляются")


def test_dictionaries_are_whole(sep: SepClient):
    consent = next(kind for kind in sep.document_types() if kind.code == "consent")
    assert consent.signs_alone
    assert consent.warning
    assert "Госуслуги" in consent.warning
    assert {"created", "sent", "signed"} < {each.code for each in sep.status_dictionary()}


def test_an_invitation_can_be_sent_again(sep: SepClient):
    created = sep.create_document(adult_consent())
    drain()
    assert sep.resend(created.id_document).id_document == created.id_document


def test_a_bot_is_asked_for_and_let_go(sep: SepClient):
    assert sep.max_bot().state == "none"
    asked = sep.connect_max_bot("f9LHodD0cOJf4-token-of-a-bot")
    assert (asked.state, asked.is_own, asked.people) == ("connecting", False, 0)
    assert sep.disconnect_max_bot().state == "none"
    with pytest.raises(Invalid):
        sep.connect_max_bot("short")


def test_a_question_of_the_signer_comes_with_the_document(sep: SepClient):
    created = sep.create_document(adult_consent())
    document = Document.objects.get(pk=created.id_document)
    questions.ask(document.id, walk.opened_visit(document.package), "Это больно?", now=timezone.now())
    (asked,) = sep.document(created.id_document).questions
    assert asked.text == "Это больно?"
    assert abs(asked.asked_at - timezone.now()) < timedelta(minutes=1)
