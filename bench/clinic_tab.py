"""The tab «28. СЭП» with 500 documents, and «Получить все» for them in one call of the API.

    python -m bench.clinic_tab [--rows 500] [--rounds 20] [--engine sqlite|postgresql|both]

The page goes through the whole of Django, from the request to the bytes of the answer; the time is the
server's. «Получить все» is the worker's job against the service itself over HTTP, on the same machine and the
same database; every document has changed meanwhile, so every row is written.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

from bench.machine import postgresql

FLOOR_MS = 150.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--engine", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        print(json.dumps(_measured(options.rows, options.rounds)))
        return
    engines = ["sqlite", "postgresql"] if options.engine == "both" else [options.engine]
    for engine in engines:
        with postgresql(engine == "postgresql") as url:
            # Settings are read once in a process, so each engine has one of its own.
            environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
            if url:
                environment["SEP_DATABASE_URL"] = url
            command = [sys.executable, "-m", "bench.clinic_tab", "--here"]
            command += ["--rows", str(options.rows), "--rounds", str(options.rounds)]
            done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
        told = json.loads(done.stdout.splitlines()[-1])
        print(
            f"{engine:<11} {options.rows} rows"
            f"  tab {told['tab']:6.1f} ms  p95 {told['tab_p95']:6.1f} ms (floor {FLOOR_MS:.0f})"
            f"  refresh without news {told['unchanged']:5.1f} ms"
            f"  «Получить все» {told['receive']:6.0f} ms in {told['calls']} call(s)"
            f"  page {told['bytes'] / 1024:.0f} KB",
            flush=True,
        )


def _measured(rows: int, rounds: int) -> dict[str, float]:
    import django  # noqa: PLC0415  settings first

    django.setup()
    from django.db import connection  # noqa: PLC0415

    connection.creation.create_test_db(verbosity=0)
    try:
        return _measure(rows, rounds)
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def _measure(rows: int, rounds: int) -> dict[str, float]:
    import httpx2  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from clinic import sample  # noqa: PLC0415
    from clinic.patients.models import Patient  # noqa: PLC0415
    from clinic.signing import exchange  # noqa: PLC0415
    from clinic.signing.models import Pending  # noqa: PLC0415
    from clinic.staff.models import User  # noqa: PLC0415
    from sep.parties import tokens  # noqa: PLC0415
    from tests import builders  # noqa: PLC0415

    clinic = sample.make("скамья-у-рябины-7")
    patient = Patient.objects.get(card_number="2156801")
    organization = builders.organization()
    documents = _documents_at_service(organization, rows)
    _rows_of_clinic(patient, documents)
    browser = Client()
    browser.force_login(
        User.objects.get(username="registrar"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    path = f"/clinic/patients/{patient.pk}/sep/"
    htmx = {"HX-Request": "true"}
    page = browser.get(path, headers=htmx).content
    version = page.decode().partition("?seen=")[2].partition('"')[0]
    tab = _milliseconds(lambda: browser.get(path, headers=htmx), rounds)
    unchanged = _milliseconds(lambda: browser.get(f"{path}?seen={version}", headers=htmx), rounds)

    calls = []
    send = httpx2.Client.request

    def counted(self, method, url, **options):
        calls.append(url)
        return send(self, method, url, **options)

    httpx2.Client.request = counted
    times = []
    with _service() as origin:
        clinic.service_address, clinic.id_lpu = f"{origin}/sep/api", str(organization.id)
        clinic.set_token(tokens.issue(organization, name="МИС", now=timezone.now()))
        clinic.save()
        for _ in range(3):
            patient.package.update(pending=Pending.RECEIVE, status_code="created", status_at=None)
            calls.clear()
            started = time.perf_counter()
            exchange.receive(patient.pk)
            times.append((time.perf_counter() - started) * 1000)
            assert not patient.package.filter(status_at=None).exists()
    return {
        "tab": statistics.median(tab),
        "tab_p95": statistics.quantiles(tab, n=20)[-1],
        "unchanged": statistics.median(unchanged),
        "receive": statistics.median(times),
        "calls": len(calls),
        "bytes": len(page),
    }


def _documents_at_service(organization, count):
    """Documents that the service has accepted; one inspection serves them all, being of the same file."""
    from django.db import transaction  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from sep.documents import intake, pdf  # noqa: PLC0415
    from sep.documents.models import Document  # noqa: PLC0415
    from tests import builders  # noqa: PLC0415

    now = timezone.now()
    inspection = pdf.inspect(builders.pdf(pages=1))
    left = count
    while left:
        news = [builders.new_document(pdf=builders.pdf(pages=1)) for _ in range(min(left, 20))]
        package = builders.new_package(*news, id_patient_mis="2156801")
        documents = [
            intake.CheckedDocument(new, inspection, frozenset({"patient"}), ["sms_code"]) for new in news
        ]
        checked = intake.CheckedPackage(organization, package, documents, now + intake.DEFAULT_TERM)
        with transaction.atomic():
            intake.store(checked, now)
        left -= len(news)
    return list(Document.objects.filter(organization=organization))


def _rows_of_clinic(patient, documents):
    from django.utils import timezone  # noqa: PLC0415

    from clinic.signing.models import Exchange, PackageDocument  # noqa: PLC0415
    from clinic.staff.models import User  # noqa: PLC0415

    author = User.objects.get(username="registrar")
    now = timezone.now()
    PackageDocument.objects.bulk_create(
        PackageDocument(
            id=document.id_document_mis,
            institution=patient.institution,
            patient=patient,
            name=document.name,
            pdf_type="consent",
            object="appointment",
            object_number="107200",
            sha256=document.original_sha256,
            added_at=now,
            added_by=author,
            sent_by=author,
            exchange=Exchange.ACCEPTED,
            id_document=document.id,
            accepted_at=now,
            status_code="sent",
            status_display="Документ направлен конкретному получателю",
            delivery_channel="sms",
            delivery_state="delivered",
            delivery_phone="+7 9** ***-**-67",
            viewed_at=now,
        )
        for document in documents
    )


@contextmanager
def _service():
    """Serve the whole project from a thread, as `sep web` serves it from a process."""
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler  # noqa: PLC0415
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415

    class Quiet(WSGIRequestHandler):
        def log_message(self, *_):
            pass

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _milliseconds(action, rounds):
    action()
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        action()
        times.append((time.perf_counter() - started) * 1000)
    return times


if __name__ == "__main__":
    main()
