"""The Bot API's side of the wire: a server that writes down what it is asked and answers as told."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

DONE = (200, {"success": True})


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


@dataclass
class Platform:
    """Gives `answers` one after another, the last of them for ever.

    An answer: a status, a body as bytes or as what becomes JSON, and headers if any.
    """

    host: str = "127.0.0.1"
    tls: object = None
    answers: list = field(default_factory=lambda: [DONE])
    requests: list[Request] = field(default_factory=list)

    def __enter__(self):
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                parts = urlsplit(self.path)
                platform.requests.append(
                    Request(
                        self.command,
                        parts.path,
                        dict(parse_qsl(parts.query, keep_blank_values=True)),
                        {name.lower(): value for name, value in self.headers.items()},
                        self.rfile.read(length),
                    )
                )
                status, body, *headers = platform._next()
                raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
                self.send_response(status)
                for name, value in (headers[0] if headers else {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815  the names of http.server

            def log_message(self, *_args):
                pass

        self._server = ThreadingHTTPServer((self.host, 0), Handler)
        if self.tls is not None:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)
            self._server.handle_error = lambda *_args: None  # a client that distrusts us just leaves
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()

    def _next(self):
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    @property
    def url(self):
        scheme = "http" if self.tls is None else "https"
        return f"{scheme}://{self.host}:{self._server.server_address[1]}"

    @property
    def last(self):
        return self.requests[-1]
