"""The first page of a cabinet with many documents: server time, queries, bytes with everything it loads.

python -m bench.cabinet [--documents 1000] [--rounds 30]
"""

import argparse
import gzip
import os
import re
import statistics
import time
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

FLOOR_MS, FLOOR_BYTES = 60.0, 40 * 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=30)
    options = parser.parse_args()

    import django  # noqa: PLC0415  settings first

    django.setup()
    from django.db import connection  # noqa: PLC0415

    connection.creation.create_test_db(verbosity=0)
    try:
        _measure(options.documents, options.rounds)
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def _measure(count, rounds):
    from django.contrib.staticfiles import finders  # noqa: PLC0415
    from django.db import connection, transaction  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from sep.cabinet.sessions import begin_session  # noqa: PLC0415
    from sep.ceremony import acquaintances  # noqa: PLC0415
    from sep.documents import intake  # noqa: PLC0415
    from tests import builders  # noqa: PLC0415

    now = timezone.now()
    clinics = [builders.organization(short_name=f"Клиника {number}") for number in range(5)]
    signer = builders.signing()
    trial = builders.new_package(
        builders.new_document(pdf=builders.pdf(pages=1), type_code="contract"), signer=signer
    )
    ready = intake.check(clinics[0], trial, now)  # one inspection serves them all, being of the same file
    package = None
    for start in range(0, count, 10):
        news = [
            builders.new_document(pdf=builders.pdf(pages=1), type_code="contract")
            for _ in range(min(10, count - start))
        ]
        given = builders.new_package(*news, signer=signer)
        clinic = clinics[start // 10 % len(clinics)]
        documents = [replace(ready.documents[0], new=new) for new in news]
        checked = replace(ready, organization=clinic, package=given, documents=documents)
        with transaction.atomic():
            package = intake.store(checked, now)
    known = acquaintances.of_phone(bytes(package.signer.phone_index), bytes(package.signer.person_index))
    _, cookie = begin_session(known, now=now, address="127.0.0.1", user_agent="bench")
    browser = Client()
    browser.cookies["cabinet"] = cookie
    page = browser.get("/cabinet/")
    assert page.status_code == 200
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        browser.get("/cabinet/")
        times.append((time.perf_counter() - started) * 1000)
    with CaptureQueriesContext(connection) as queries:
        browser.get("/cabinet/")
    html = page.content
    assets = set(re.findall(r'"/static/([^"]+)"', html.decode()))
    over_wire = len(gzip.compress(html)) + sum(
        len(gzip.compress(Path(finders.find(each)).read_bytes())) for each in assets
    )
    print(
        f"{connection.vendor:<11} {count} documents"
        f"  page {statistics.median(times):5.1f} ms"
        f"  p95 {statistics.quantiles(times, n=20)[-1]:5.1f} ms (floor {FLOOR_MS:.0f})"
        f"  {len(queries)} queries"
        f"  {over_wire / 1024:.1f} KB gzipped with {len(assets)} static files (floor {FLOOR_BYTES // 1024})"
        f"  html plain {len(html) / 1024:.1f} KB",
        flush=True,
    )


if __name__ == "__main__":
    main()
