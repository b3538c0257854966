import json
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sep_client.cli import send
from tests.client.service import ID_LPU, PDF, TOKEN, Answer, Service, document, problem


@pytest.fixture
def run(tmp_path: Path, monkeypatch, no_pauses):
    monkeypatch.chdir(tmp_path)
    for name in ("SEP_ADDRESS", "SEP_TOKEN", "SEP_ID_LPU"):
        monkeypatch.delenv(name, raising=False)
    Path("form.pdf").write_bytes(PDF)

    def invoke(*arguments: str, **env: str) -> Result:
        base = ["form.pdf", "--to", "+79161234565", "--name", "ИДС", "--type", "consent"]
        return CliRunner().invoke(send, [*base, *arguments], env=env)

    return invoke


@pytest.fixture
def connected(service: Service) -> dict[str, str]:
    return {"SEP_ADDRESS": service.address, "SEP_TOKEN": TOKEN, "SEP_ID_LPU": ID_LPU}


PATIENT = ["--patient", "Иванова Мария Петровна", "--birth-date", "14.03.1954"]


def test_a_form_is_sent_with_the_settings_of_the_environment(run, service: Service, connected):
    service.will(Answer(201, document("created")))
    result = run(*PATIENT, **connected)
    assert result.exit_code == 0, result.output
    assert "01JZ7Y" in result.output
    assert "Создан" in result.output
    body = service.asked[0].json
    assert (body["patient"]["family"], body["patient"]["birthDate"]) == ("Иванова", "1954-03-14")
    assert body["idDocumentMis"].startswith("CLI-")


def test_the_same_person_keeps_one_id_and_documents_differ(run, service: Service, connected):
    service.will(*[Answer(201, document("created"))] * 3)
    run(*PATIENT, **connected)
    run(*PATIENT, **connected)
    run("--patient", "Иванов Пётр", "--birth-date", "1954-03-14", **connected)
    bodies = [asked.json for asked in service.asked]
    patients = [body["patient"]["idPatientMis"] for body in bodies]
    assert patients[0] == patients[1] != patients[2]
    assert len({body["idDocumentMis"] for body in bodies}) == 3


def test_a_representative_is_told_in_full(run, service: Service, connected):
    service.will(Answer(201, document("created")))
    child = ["--patient", "Тестовый Тест Тестович", "--birth-date", "31.08.2013"]
    mother = ["--representative", "Тестовая Анна Сергеевна", "--representative-birth-date", "12.05.1986"]
    more = ["--relation", "mother", "--basis", "свидетельство о рождении", "--in-medical-record"]
    assert run(*child, *mother, *more, **connected).exit_code == 0
    assert service.asked[0].json["signer"] == {
        "role": "representative",
        "phone": "+79161234565",
        "family": "Тестовая",
        "given": "Анна",
        "patronymic": "Сергеевна",
        "birthDate": "1986-05-12",
        "relation": "mother",
        "basis": "свидетельство о рождении",
        "inMedicalRecord": True,
    }


def test_waiting_shows_each_step_once_and_saves_the_signed_file(run, service: Service, connected):
    on_its_way = {"channel": "max", "state": "sent", "phone": "+7 9** ***-**-65"}
    service.will(
        Answer(201, document("created")),
        Answer(200, document(delivery=on_its_way)),
        Answer(200, document(delivery=on_its_way | {"gateway": "second"})),
        Answer(200, document(delivery=on_its_way, expiresAt="2026-06-28T10:29:19+03:00")),
        Answer(200, document()),
        Answer(200, document(viewedAt="2026-06-25T10:32:00+03:00")),
        Answer(200, document("signed")),
        Answer(200, b"%PDF-signed", {"Content-Type": "application/pdf"}),
    )
    result = run(*PATIENT, "--save", "signed.pdf", **connected)
    assert result.exit_code == 0, result.output
    steps = [line.split("  ", 1)[1] for line in result.output.splitlines() if line[2:3] == ":"]
    assert steps == [
        "Документ направлен конкретному получателю — MAX +7 9** ***-**-65",
        "Документ направлен конкретному получателю — MAX +7 9** ***-**-65, доставлено",
        "Получатель открыл документ",
        "Получатель подписал документ",
    ]
    assert Path("signed.pdf").read_bytes() == b"%PDF-signed"


def test_a_refusal_of_the_signer_is_not_success(run, service: Service, connected):
    service.will(Answer(201, document("created")), Answer(200, document("declined")))
    result = run(*PATIENT, "--save", "signed.pdf", **connected)
    assert result.exit_code == 6
    assert not Path("signed.pdf").exists()


@pytest.mark.parametrize(
    ("status", "exit_code"), [(401, 4), (403, 4), (409, 5), (422, 5), (500, 3), (404, 1)]
)
def test_an_exit_code_tells_what_went_wrong(run, service: Service, connected, status: int, exit_code: int):
    field = {"path": "signer.phone", "code": "bad_phone", "message": "Это не телефон."}
    service.will(Answer(status, problem("code", "Не получилось.", errors=[field])))
    result = run(*PATIENT, **connected)
    assert result.exit_code == exit_code
    assert "Не получилось." in result.stderr
    assert ("Это не телефон." in result.stderr) == (status == 422)
    assert "Traceback" not in result.output


@pytest.mark.parametrize("place", ["", "/sep/api", "/sep/api/"])
def test_the_demo_of_this_folder_is_found(run, service: Service, place: str):
    Path("var").mkdir()
    origin = service.address.removesuffix("/sep/api")
    told = {"address": origin + place, "token": TOKEN, "idLpu": ID_LPU, "phone": f"{origin}/phone/"}
    Path("var/demo.json").write_text(json.dumps(told))
    service.will(Answer(201, document("created")))
    result = run(SEP_ADDRESS="http://service.of.its.own")
    assert result.exit_code == 0, result.output
    assert service.asked[0].path == "/sep/api/v1/documents"
    assert "/phone/" in result.output
    assert "взят вымышленный: Пробная-" in result.output


def test_nobody_is_invented_outside_the_demo(run, service: Service, connected):
    assert run(**connected).exit_code == 2
    assert service.asked == []


def test_half_of_the_settings_is_not_completed_from_the_demo(run, service: Service):
    Path("var").mkdir()
    Path("var/demo.json").write_text(
        json.dumps({"address": service.address, "token": TOKEN, "idLpu": ID_LPU})
    )
    assert run(*PATIENT, SEP_TOKEN="another").exit_code == 2
    assert service.asked == []


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"address": 5}'])
def test_a_broken_demo_file_is_explained(run, content: str):
    Path("demo.json").write_text(content)
    result = run("--demo", "demo.json")
    assert result.exit_code == 5
    assert result.stderr.strip()
    assert isinstance(result.exception, SystemExit)


def test_the_token_is_never_printed(run, service: Service, connected):
    service.will(Answer(500, problem("internal", "Ошибка.")))
    result = run(*PATIENT, **connected)
    assert TOKEN not in result.output + result.stderr


def test_a_paper_agreement_of_today_goes_along(run, service: Service, connected):
    service.will(Answer(201, document("created")))
    assert run(*PATIENT, "--agreement", "П-17", **connected).exit_code == 0
    told = service.asked[0].json["signer"]["agreement"]
    assert (told["number"], told["way"]) == ("П-17", "paper")
    assert told["concludedOn"] == datetime.now().astimezone().date().isoformat()


def test_help_tells_what_happens_without_an_agreement(run):
    told = " ".join(run("--help").output.split())
    assert "первым документом" in told
    assert "--agreement НОМЕР" in told
