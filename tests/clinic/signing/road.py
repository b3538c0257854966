"""The road between a clinic and the service: it carries requests as they are, or fails as it is told to."""

import threading
from collections import deque
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2

_KEPT = {"content-type", "retry-after"}


class Fault(Enum):
    CUT = auto()
    """The connection ends before the service has seen anything."""
    LOST = auto()
    """The service does its work, and its answer is lost."""
    BROKEN = auto()
    """500 with no body."""
    AWAY = auto()
    """503, as a proxy answers for a service that is down."""
    SILENT = auto()
    """No answer until the road ends."""


class Road:
    def __init__(self, origin: str) -> None:
        self.asked: list[tuple[str, str]] = []
        self.faults: deque[Fault] = deque()
        self.closed = False
        self._origin = origin
        self._released = threading.Event()
        self._client = httpx2.Client(timeout=60)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.carry(self)

            def do_POST(self) -> None:
                outer.carry(self)

            def do_PUT(self) -> None:
                outer.carry(self)

            def do_PATCH(self) -> None:
                outer.carry(self)

            def do_DELETE(self) -> None:
                outer.carry(self)

            def log_message(self, *args: object) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address) -> None:
                """Cut connections are what the tests are about."""

        self._server = Quiet(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}/sep/api"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def times(self, method: str, path: str) -> int:
        """How many requests came for a path of the API, such as `/packages`."""
        return sum(asked == (method, f"/sep/api/v1{path}") for asked in self.asked)

    def carry(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        self.asked.append((handler.command, handler.path.partition("?")[0]))
        fault = Fault.CUT if self.closed else self.faults.popleft() if self.faults else None
        if fault is Fault.SILENT:
            self._released.wait(30)
        if fault in {Fault.CUT, Fault.SILENT}:
            handler.close_connection = True
            return
        if fault in {Fault.BROKEN, Fault.AWAY}:
            self._answer(handler, 500 if fault is Fault.BROKEN else 503, {}, b"")
            return
        headers = {name: value for name, value in handler.headers.items() if name.lower() != "host"}
        answer = self._client.request(
            handler.command, self._origin + handler.path, headers=headers, content=body
        )
        if fault is Fault.LOST:
            handler.close_connection = True
            return
        kept = {name: value for name, value in answer.headers.items() if name.lower() in _KEPT}
        self._answer(handler, answer.status_code, kept, answer.content)

    def _answer(
        self, handler: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes
    ) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def end(self) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._client.close()
