"""MAX: from «Отправить» to the message in the chat, the webhook under a stream, a broadcast under the limits.

    python -m bench.max_chat [--documents 32] [--updates 500] [--recipients 600] [--engine sqlite|postgresql]

A real `sep web`, a real `sep worker`, the pretended MAX inside the web with its limits on (30 requests a
second a bot, 2 a dialog), all on this machine together with the generator.
"""

import argparse
import base64
import json
import os
import sqlite3
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from pathlib import Path

import httpx2

from bench.flow import service
from bench.machine import postgresql
from sep.samples import adult_consent, render

_BIRTH_DATE = "14.03.1954"


class Chats:
    """The phones of the simulator and the МИС, over HTTP."""

    def __init__(self, demo):
        self.demo = demo
        self.origin = demo["address"].removesuffix("/sep/api")
        self.client = httpx2.Client(timeout=60)
        state = self.client.get(f"{self.origin}/phone/api/max", params={"to": "+79000000000"}).json()
        self.bot = state["bots"][0]["username"]

    def act(self, what, phone, **parts):
        body = {"to": phone, "bot": self.bot, **parts}
        answer = self.client.post(f"{self.origin}/phone/api/max/{what}", json=body)
        assert answer.status_code == 200, answer.text

    def texts(self, phone):
        state = self.client.get(f"{self.origin}/phone/api/max", params={"to": phone}).json()
        return [each["text"] for dialog in state["dialogs"] for each in dialog["messages"]]

    def wait(self, phone, words, seconds=30):
        deadline = time.monotonic() + seconds
        while not any(words in text for text in self.texts(phone)):
            assert time.monotonic() < deadline, f"no {words!r}"
            time.sleep(0.01)

    def send(self, phone, number, pdf):
        body = {
            "idLpu": self.demo["idLpu"],
            "idDocumentMis": f"MAX-{number}-{time.time_ns()}",
            "name": "Согласие",
            "type": "consent",
            "patient": {
                "idPatientMis": f"P-{phone}",
                "family": "Иванова",
                "given": "Мария",
                "patronymic": "Петровна",
                "birthDate": "1954-03-14",
            },
            "signer": {"role": "patient", "phone": phone},
            "content": {"data": base64.b64encode(pdf).decode()},
        }
        headers = {"Authorization": f"N3 {self.demo['token']}"}
        created = self.client.post(f"{self.demo['address']}/v1/documents", json=body, headers=headers)
        assert created.status_code == 201, created.text
        return created.json()["idDocument"]

    def befriend(self, phone):
        """Start the chat, prove the number."""
        self.act("start", phone)
        self.wait(phone, "Здравствуйте")
        self.act("share-contact", phone, how="own")
        self.wait(phone, "документов на подпись нет")


def p95(values):
    return statistics.quantiles(values, n=20)[-1]


def to_the_chat(chats, documents):
    """From the МИС's request to the message on the phone, one after another on an idle machine."""
    pdf = render("consent", adult_consent(date(2026, 6, 25)))
    phones = [f"+7916{number:07}" for number in range(1_000_001, 1_000_001 + -(-documents // 8))]
    for phone in phones:
        chats.befriend(phone)
    times = []
    for number in range(documents):
        phone = phones[number // 8]
        started = time.perf_counter()
        document = chats.send(phone, number, pdf)
        answered = time.perf_counter()
        chats.wait(phone, document[-6:])
        times.append((time.perf_counter() - started, time.perf_counter() - answered))
        time.sleep(0.7)
    whole, after = zip(*times, strict=True)
    print(
        f"to the chat: {documents} documents, request → message median {statistics.median(whole):.2f} s,"
        f" p95 {p95(whole):.2f} s; answer → message median {statistics.median(after):.2f} s,"
        f" p95 {p95(after):.2f} s",
        flush=True,
    )


def webhook(folder, updates, *, answered, a_second=50):
    """The answers of the webhook while updates come evenly and the worker works on them.

    An update that is `answered` makes the worker call the pretended MAX, which stands in the very thread that
    serves the webhook here and in no real installation.
    """
    with closing(sqlite3.connect(folder / "data" / "simulator.sqlite3")) as database:
        url, secret = database.execute("SELECT url, secret FROM simulator_max_webhook").fetchone()
    client = httpx2.Client(timeout=30)

    def post(number):
        body = {
            "update_type": "message_created",
            "timestamp": int(time.time() * 1000),
            "message": {
                "recipient": {"chat_id": 1, "chat_type": "dialog", "user_id": 2},
                "body": {
                    "mid": f"mid.bench-{time.time_ns()}-{number}",
                    "seq": number,
                    "text": "здравствуйте",
                },
                "sender": {"user_id": 900_000_000 + number % 100, "first_name": "Мария", "is_bot": False},
            },
        }
        if not answered:
            user = body.pop("message")["sender"]
            body |= {"update_type": "dialog_unmuted", "chat_id": number, "user": user}
        started = time.perf_counter()
        answer = client.post(url, json=body, headers={"X-Max-Bot-Api-Secret": secret})
        assert answer.status_code == 200, answer.text
        return time.perf_counter() - started

    post(-1)
    with ThreadPoolExecutor(16) as pool:
        began, futures = time.perf_counter(), []
        for number in range(updates):
            time.sleep(max(0, began + number / a_second - time.perf_counter()))
            futures.append(pool.submit(post, number))
        times = [each.result() for each in futures]
    print(
        f"webhook: {updates} updates at {a_second}/s, {'' if answered else 'not '}answered,"
        f" median {statistics.median(times) * 1000:.0f} ms, p95 {p95(times) * 1000:.0f} ms,"
        f" longest {max(times) * 1000:.0f} ms",
        flush=True,
    )


def broadcast(chats, folder, recipients):
    """Invitations to very many at once: how fast they leave, what is refused, who waits behind them."""
    os.environ.update(json.loads((folder / "data" / "demo-environment.json").read_text()))
    import django  # noqa: PLC0415  the settings above are those of the demo

    django.setup()
    from bench.max_recipients import befriend_all, invite_all, sent_moments  # noqa: PLC0415

    people = befriend_all(recipients)
    quiet, by_sms = "+79169999999", "+79169999998"
    chats.befriend(quiet)
    pdf = render("consent", adult_consent(date(2026, 6, 25)))
    invite_all(people)
    time.sleep(3)
    started = time.perf_counter()
    chats.act("say", quiet, text="помощь")
    chats.wait(quiet, "Что я умею")
    answer = time.perf_counter() - started
    started = time.perf_counter()
    chats.send(by_sms, "sms", pdf)
    while not chats.client.get(f"{chats.origin}/phone/api/messages", params={"to": by_sms}).json():
        time.sleep(0.02)
    sms = time.perf_counter() - started
    moments = sent_moments(recipients)
    seconds = (moments[-1] - moments[0]).total_seconds()
    densest = max(
        sum((each - start).total_seconds() < 1 for each in moments[at : at + 60])
        for at, start in enumerate(moments)
    )
    print(
        f"broadcast: {recipients} recipients in {seconds:.0f} s, {(recipients - 1) / seconds:.1f} a second,"
        f" {densest} in the densest second; meanwhile an answer {answer:.2f} s, an SMS {sms:.2f} s",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=32)
    parser.add_argument("--updates", type=int, default=500)
    parser.add_argument("--recipients", type=int, default=600)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, postgresql(options.engine == "postgresql") as database_url:
        folder = Path(name)
        if database_url:
            os.environ["SEP_DATABASE_URL"] = database_url  # for the rows that we make ourselves
        demo, process = service(folder / "data", database_url, 1)
        try:
            time.sleep(2)  # the demo connects its bot when the web is up
            chats = Chats(demo)
            to_the_chat(chats, options.documents)
            webhook(folder, options.updates, answered=False)
            time.sleep(5)
            webhook(folder, options.updates, answered=True)
            time.sleep(10)
            broadcast(chats, folder, options.recipients)
        finally:
            process.terminate()
            process.wait(30)


if __name__ == "__main__":
    main()
