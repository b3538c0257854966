"""Whole flows a second over HTTP, as a МИС and a patient make them.

    python -m bench.flow [--flows 200] [--engine sqlite|postgresql|both] [--at-once 1 4 8]

One flow: a МИС creates a document; the invitation arrives at the simulator; the link is opened, the birth
date entered, the document and its first page read, «Подписать» pressed; the code is read from the simulator
and entered; the МИС downloads the signed PDF and compares it with the original. The service is a real `sep
web`, a real `sep worker` and the simulator inside the web; the generator runs on the same machine and is
counted apart.
"""

import argparse
import base64
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import httpx2

from bench.machine import Processes, free_port, postgresql
from sep.samples import adult_consent, render

_POLL = 0.1
_own = threading.local()
_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Flow:
    """One patient with a phone of his own."""

    def __init__(self, demo, number, pdf):
        self.origin = demo["address"].removesuffix("/sep/api")
        self.demo = demo
        self.pdf = pdf
        self.phone = f"+79{number:09}"
        self.number = number
        # A client of httpx2 costs some 20 ms to make, which is not what is measured: one a thread.
        if not hasattr(_own, "client"):
            _own.client = httpx2.Client(timeout=60)
        self.client = _own.client
        self.client.cookies.clear()
        self.api = f"{demo['address']}/v1"
        self.authorization = {"Authorization": f"N3 {demo['token']}"}

    def run(self):
        started = time.perf_counter()
        created = self.client.post(f"{self.api}/documents", json=self._document(), headers=self.authorization)
        assert created.status_code == 201, created.text
        document = created.json()["idDocument"]
        link = re.search(r"/s/\w{22}", self._sms(1)).group()
        invited = time.perf_counter()
        self._submit(link, self._get(link), {})
        self._submit(
            "/sign/identity",
            self._get("/sign/identity"),
            {"day": "14", "month": "3", "year": "1954"},
        )
        path = f"/sign/documents/{document}"
        page = self._get(f"{path}/")
        assert page.status_code == 200, page.text
        assert self._get(f"{path}/pages/1.webp").status_code == 200
        self._submit(f"{path}/intent", page, {"informed": "on"})
        code_page = self._get(f"{path}/code")
        code = re.search(r"\b\d{6}\b", self._sms(2)).group()
        asked = time.perf_counter()
        self._submit(f"{path}/code", code_page, {"code": code})
        signed_at = time.perf_counter()
        signed = self.client.get(f"{self.api}/documents/{document}/signed", headers=self.authorization)
        assert signed.status_code == 200, signed.text
        assert signed.content.startswith(self.pdf)
        assert len(signed.content) > len(self.pdf)
        finished = time.perf_counter()
        return finished - started, invited - started, signed_at - asked

    def _get(self, path):
        return self.client.get(self.origin + path)

    def _document(self):
        return {
            "idLpu": self.demo["idLpu"],
            "idDocumentMis": f"BENCH-{self.number}-{time.time_ns()}",
            "name": "Согласие на телемедицинскую консультацию",
            "type": "consent",
            "patient": {
                "idPatientMis": f"P-{self.number}",
                "family": "Иванова",
                "given": "Мария",
                "patronymic": "Петровна",
                "birthDate": "1954-03-14",
            },
            "signer": {"role": "patient", "phone": self.phone},
            "content": {"data": base64.b64encode(self.pdf).decode()},
        }

    def _sms(self, count):
        """The text of this phone's message number `count`."""
        path = f"/phone/api/messages?to={urllib.parse.quote(self.phone)}"
        while True:
            messages = self._get(path).json()
            if len(messages) >= count:
                return messages[count - 1]["text"]
            time.sleep(_POLL)

    def _submit(self, path, page, fields):
        token = _CSRF.search(page.text)
        assert token, f"no form for {path}: {page.status_code} {page.text[:2000]}"
        answer = self.client.post(self.origin + path, data={"csrfmiddlewaretoken": token.group(1), **fields})
        assert answer.status_code == 303, f"{path}: {answer.status_code} {answer.text[:2000]}"


def service(folder, database_url, web_workers):
    """Start the demo on a free port; return its description and the processes to measure."""
    port = free_port()
    environment = {**os.environ, "SEP_WEB_WORKERS": str(web_workers)}
    if database_url:
        environment["SEP_DATABASE_URL"] = database_url
    process = subprocess.Popen(
        [sys.executable, "-m", "sep.config", "demo", "--port", str(port), "--data", str(folder)],
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while True:
        try:
            if httpx2.get(f"http://127.0.0.1:{port}/readyz").status_code == 200:
                break
        except httpx2.TransportError:
            pass
        assert process.poll() is None, "the service stopped"
        assert time.monotonic() < deadline, "the service did not start"
        time.sleep(0.2)
    return json.loads((folder / "demo.json").read_text()), process


def measure(engine, flows, at_once, web_workers):
    pdf = render("consent", adult_consent(date(2026, 6, 25)))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with postgresql(engine == "postgresql") as database_url:
            demo, process = service(folder / "data", database_url, web_workers)
            try:
                for parallel in at_once:
                    _measure_one(
                        engine,
                        demo,
                        process,
                        pdf,
                        flows=flows if parallel > 1 else flows // 4,
                        parallel=parallel,
                    )
            finally:
                process.terminate()
                process.wait(30)


def _measure_one(engine, demo, process, pdf, *, flows, parallel):
    base = int(time.time() * 1000) % 10**7 * 100
    numbers = [base + number * 7919 for number in range(flows)]
    Flow(demo, base + 5, pdf).run()  # caches and connections are warm
    watched = Processes(process.pid, with_postgresql=engine == "postgresql")
    own = time.process_time()
    stop = threading.Event()
    sampler = threading.Thread(target=watched.sample, args=(stop,))
    sampler.start()
    started = time.perf_counter()
    with ThreadPoolExecutor(parallel) as pool:
        times = list(pool.map(lambda number: Flow(demo, number % 10**9, pdf).run(), numbers))
    elapsed = time.perf_counter() - started
    stop.set()
    sampler.join()
    whole, invitation, confirmation = zip(*times, strict=True)
    print(
        f"{engine:<11} {parallel:>2} at once  {flows / elapsed:6.1f} flows/s"
        f"  flow {statistics.median(whole):5.2f} s"
        f"  to SMS {statistics.median(invitation):5.2f} s"
        f"  code→signed {statistics.median(confirmation) * 1000:5.0f} ms"
        f"  CPU {watched.cpu_seconds() / flows * 1000:5.0f} ms/flow"
        f"  generator {(time.process_time() - own) / flows * 1000:4.0f} ms/flow"
        f"  memory {watched.peak_bytes / 2**20:4.0f} MB",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--flows", type=int, default=200)
    parser.add_argument("--engine", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--at-once", type=int, nargs="+", default=[1, 4, 8])
    parser.add_argument("--web-workers", type=int, default=1)
    options = parser.parse_args()
    engines = ["sqlite", "postgresql"] if options.engine == "both" else [options.engine]
    for engine in engines:
        measure(engine, options.flows, options.at_once, options.web_workers)


if __name__ == "__main__":
    main()
