"""`sep demo` as a process of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

PATIENCE = 60


@contextmanager
def started(*arguments, environment=None):
    """A command of ours in a session of its own; whatever is left of it is killed at the end."""
    if environment is None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SEP_")}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "sep.config", *map(str, arguments)],
        env={**environment, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        for pid in group(process.pid):
            with suppress(ProcessLookupError):  # it may have gone by itself since we looked
                os.kill(pid, signal.SIGKILL)
        process.wait(10)
        process.stdout.close()


def living():
    """Of every process: its parent and its session."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] != "Z":
                found[int(entry.name)] = (int(fields[1]), int(fields[3]))
    return found


def group(leader):
    return [pid for pid, (_, session) in living().items() if session == leader]


def family(root):
    """The process with its descendants, those included that made a session of their own to read PDF files."""
    parents = {pid: parent for pid, (parent, _) in living().items()}
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def gone(processes):
    return not processes & living().keys()


def can_be_taken(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def until(seen):
    deadline = time.monotonic() + PATIENCE
    while not (found := seen()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)
    return found


def get(address, **headers):
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=10) as answer:
        return answer.read().decode()


def ping(told):
    address = f"{told['address']}/v1/ping?idLpu={told['idLpu']}"
    return json.loads(get(address, Authorization=f"N3 {told['token']}"))


def ready(port):
    try:
        return get(f"http://127.0.0.1:{port}/readyz")
    except (urllib.error.URLError, OSError):
        return ""
