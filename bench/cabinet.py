"""The cabinet's first page for a person with a thousand documents: server time and weight.

python -m bench.cabinet [--documents 1000]
"""

import argparse
import gzip
import os
import statistics
import tempfile
import time


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=1000)
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django  # noqa: PLC0415  settings first

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    settings.ALLOWED_HOSTS = ["*"]
    call_command("migrate", verbosity=0)
    measure(options.documents)


def measure(documents):
    from sep.documents.models import Document  # noqa: PLC0415
    from tests import builders  # noqa: PLC0415
    from tests.cabinet.guest import Guest  # noqa: PLC0415

    clinic, signer = builders.organization(), builders.signing()
    package = builders.package(
        builders.new_document(type_code="contract"), clinic=clinic, signer=signer, auto_send=False
    )
    first = package.documents.get()
    for number in range(1, documents):
        copy = (
            builders.package(
                builders.new_document(type_code="contract", name=f"Договор № {number}"),
                clinic=clinic,
                signer=signer,
                auto_send=False,
            )
            if number < 60
            else None
        )
        if copy is None:
            Document.objects.bulk_create(_copies(first, number, documents))
            break
    guest = Guest().enter(signer)
    guest.get("/cabinet/")
    times = []
    for _ in range(60):
        started = time.perf_counter()
        answer = guest.client.get("/cabinet/")
        times.append(time.perf_counter() - started)
    weight = len(gzip.compress(answer.content))
    median, slow = statistics.median(times), statistics.quantiles(times, n=20)[18]
    print(
        f"cabinet: {Document.objects.count()} documents: first page median {median * 1000:.0f} ms,"
        f" p95 {slow * 1000:.0f} ms, {len(answer.content) / 1024:.1f} KB, {weight / 1024:.1f} KB gzipped"
    )


def _copies(first, start, documents):
    from sep.documents.models import Document  # noqa: PLC0415
    from sep.parties.identifiers import new_id  # noqa: PLC0415

    for number in range(start, documents):
        values = {
            field.attname: getattr(first, field.attname)
            for field in Document._meta.concrete_fields  # noqa: SLF001
        }
        yield Document(
            **{**values, "id": new_id(), "id_document_mis": f"copy-{number}", "name": f"Договор № {number}"}
        )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SEP_TEST_ROOT"] = folder
        main()
