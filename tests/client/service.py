"""A real HTTP server on 127.0.0.1 that answers what a test prepared and remembers what it was asked."""

import json
import ssl
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "6f1b1d0c-0f0e-4a57-9f59-3b0a4f0d9a11"
ID_LPU = "d19f9083-4f3a-4b7a-9d42-1e4edfe7d2c0"
PDF = b"%PDF-1.7\n%test\n%%EOF\n"


@dataclass
class Answer:
    """What to say next. `dropped`: the connection is cut with no answer. `held`: no answer till the end."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    dropped: bool = False
    held: bool = False


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that leaves early is what the tests are about."""


class Service:
    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.asked: list[Asked] = []
        self.answers: deque[Answer] = deque()
        self._released = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.answer(self)

            def do_POST(self) -> None:
                outer.answer(self)

            def do_PUT(self) -> None:
                outer.answer(self)

            def do_PATCH(self) -> None:
                outer.answer(self)

            def do_DELETE(self) -> None:
                outer.answer(self)

            def log_message(self, *args: object) -> None:
                pass

        self._server = _QuietServer(("127.0.0.1", 0), Handler)
        if context is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        scheme = "http" if context is None else "https"
        self.address = f"{scheme}://127.0.0.1:{self._server.server_port}/sep/api"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def will(self, *answers: Answer) -> None:
        self.answers.extend(answers)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        self.asked.append(Asked(handler.command, handler.path, headers, body))
        answer = self.answers.popleft()
        if answer.held:
            self._released.wait(20)
        if answer.dropped or answer.held:
            handler.close_connection = True
            return
        content = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        handler.send_response(answer.status)
        kind = "application/problem+json" if answer.status >= 400 else "application/json"
        for name, value in ({"Content-Type": kind} | answer.headers).items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    def stop(self) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


def document(status: str = "sent", id_document: str = "01JZ7Y", **more: Any) -> dict[str, Any]:
    """A document as the service tells it (design of the API, §5)."""
    displays = {
        "created": "Создан",
        "sent": "Документ направлен конкретному получателю",
        "signed": "Получатель подписал документ",
        "declined": "Получатель отказался подписать документ",
    }
    return {
        "idDocument": id_document,
        "idDocumentMis": "MIS-7781",
        "name": "ИДС на проведение телемедицинской консультации",
        "type": "consent",
        "status": {
            "code": status,
            "display": displays.get(status, "Новое состояние"),
            "dateTime": "2026-06-25T10:31:07+03:00",
            "reason": None,
        },
        "addedAt": "2026-06-25T10:29:19+03:00",
        "sentAt": "2026-06-25T10:31:07+03:00",
        "viewedAt": None,
        "signedAt": None,
        "delivery": {"channel": "max", "state": "delivered", "phone": "+7 9** ***-**-65"},
        "sha256": "0" * 64,
        "signedSha256": None,
    } | more


def problem(code: str, title: str, **more: Any) -> dict[str, Any]:
    return {"type": f"urn:sep:error:{code}", "title": title, "errorCode": code, "errors": []} | more
