"""A provider of SMS on a real socket: speaks HTTP as told, and breaks it as told."""

import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl


@dataclass
class Request:
    """One request as it came over the wire."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


@dataclass
class Answer:
    """Bytes to send, and what to do with the connection around them.

    `hang`: say nothing until the client leaves, after `raw` was sent; `reset`: end with TCP RST;
    `drip`: send byte by byte until the client leaves.
    """

    body: bytes = b""
    status: str = "200 OK"
    content_type: str = "application/json"
    promised: int | None = None
    hang: bool = False
    reset: bool = False
    drip: bool = False
    silent: bool = False
    headers: str = ""

    @property
    def raw(self) -> bytes:
        if self.silent:
            return b""
        length = len(self.body) if self.promised is None else self.promised
        head = f"HTTP/1.1 {self.status}\r\nContent-Type: {self.content_type}\r\n{self.headers}"
        return f"{head}Content-Length: {length}\r\nConnection: close\r\n\r\n".encode() + self.body


Behaviour = Callable[[Request], Answer]


@dataclass
class Provider:
    """Listens on 127.0.0.1 in a thread; `answer` may be changed between requests."""

    answer: Answer | Behaviour = field(default_factory=Answer)
    requests: list[Request] = field(default_factory=list)

    def __enter__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._closing = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()
        return self

    def __exit__(self, *error):
        self._closing.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in self._threads:
            thread.join(5)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def _accept(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection):
        with connection:
            connection.settimeout(5)
            try:
                request = _read(connection)
                self.requests.append(request)
                answer = self.answer if isinstance(self.answer, Answer) else self.answer(request)
                if answer.drip:
                    self._drip(connection, answer.raw)
                    return
                connection.sendall(answer.raw)
                if answer.hang:
                    connection.recv(1)  # returns when the client leaves
                if answer.reset:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            except (OSError, ValueError):
                return

    def _drip(self, connection, raw):
        for place in range(len(raw)):
            connection.sendall(raw[place : place + 1])
            if self._closing.wait(0.012):
                return


def _read(connection) -> Request:
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            raise ValueError("the client left")
        data += chunk
    head, body = data.split(b"\r\n\r\n", 1)
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        chunk = connection.recv(65536)
        if not chunk:
            raise ValueError("the client left")
        body += chunk
    return Request(first.split(" ")[1], headers, body)


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]
