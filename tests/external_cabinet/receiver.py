"""A cabinet on this machine: it takes webhooks and signs its requests."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from django.test import Client
from django.utils import timezone
from standardwebhooks import Webhook

from sep.external_cabinet.models import ExternalCabinet, Secrets
from sep.parties.identifiers import new_id


class Receiver:
    def __init__(self):
        self.taken = []
        self.status = 204
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.taken.append((self.path, dict(self.headers.items()), body))
                self.send_response(receiver.status)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/hook"

    def opened(self, cabinet):
        """Return what came, each verified as a cabinet's author would."""
        webhook = Webhook(cabinet.secrets.outgoing)
        return [
            webhook.verify(body, {name.lower(): value for name, value in headers.items()})
            for _, headers, body in self.taken
        ]


@contextmanager
def receiver():
    made = Receiver()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.server.shutdown()
        made.server.server_close()
        thread.join()


def connect(organization, webhook, origins=("https://mila.example",)):
    cabinet = ExternalCabinet(
        organization=organization,
        name="Мила",
        webhook=webhook,
        origins=list(origins),
        created_at=timezone.now(),
    )
    cabinet.secrets = Secrets.new()
    cabinet.save(force_insert=True)
    return cabinet


def ask(cabinet, what, body, *, secret=None, at=None, message_id=None):
    """Send one signed request as a cabinet does."""
    text = json.dumps(body)
    at, message_id = at or timezone.now(), message_id or new_id()
    headers = {
        "Cabinet-Id": cabinet.id,
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret or cabinet.secrets.incoming).sign(message_id, at, text),
    }
    return Client().post(
        f"/external-cabinet/v1/{what}", text, content_type="application/json", headers=headers
    )
