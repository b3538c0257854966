"""`sep demo` as the processes that a newcomer starts."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.machine import free_port

pytestmark = pytest.mark.faults
_PATIENCE = 60


@contextmanager
def started(port, data):
    """A demo that answers, in a group of its own; whatever is left of it is killed at the end."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SEP_")}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    demo = subprocess.Popen(
        [sys.executable, "-m", "sep.config", "demo", "--port", str(port), "--data", str(data)],
        env={**environment, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield demo
    finally:
        for pid in group(demo.pid):
            os.kill(pid, signal.SIGKILL)
        demo.wait(10)
        demo.stdout.close()


def group(leader):
    """The processes of the demo's session that still live."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == leader and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def until(seen):
    deadline = time.monotonic() + _PATIENCE
    while not (found := seen()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)
    return found


def get(address, **headers):
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=10) as answer:
        return answer.read().decode()


def ready(port):
    try:
        return get(f"http://127.0.0.1:{port}/readyz")
    except (urllib.error.URLError, OSError):
        return ""


@pytest.mark.timeout(240)
def test_a_demo_starts_tells_where_to_look_stops_and_starts_again(tmp_path):
    port, data = free_port(), tmp_path / "var"
    with started(port, data) as demo:
        until(lambda: ready(port))
        told = json.loads((data / "demo.json").read_text())
        assert told["address"] == f"http://127.0.0.1:{port}/sep/api"
        assert set(told) == {"address", "token", "idLpu", "workplace", "phone", "cabinet", "docs"}
        assert {account["role"] for account in told["workplace"]["accounts"]} >= {
            "administrator",
            "registrar",
        }
        ping = get(f"{told['address']}/v1/ping?idLpu={told['idLpu']}", Authorization=f"N3 {told['token']}")
        assert json.loads(ping)["idLpu"] == told["idLpu"]
        for page in (f"http://127.0.0.1:{port}/", told["phone"], told["docs"], told["workplace"]["url"]):
            assert "<html" in get(page)
        assert (data / "demo.json").stat().st_mode & 0o077 == 0, "the token is for the owner's eyes"

        second = subprocess.run(
            [sys.executable, "-m", "sep.config", "demo", "--port", str(port), "--data", str(tmp_path / "b")],
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
        assert second.returncode != 0
        assert f"Порт {port} занят" in second.stderr + second.stdout
        assert "Traceback" not in second.stderr

        demo.send_signal(signal.SIGINT)
        said = demo.communicate(timeout=_PATIENCE)[0]
        assert demo.returncode == 0, said
        assert "Остановлено" in said
        assert "Traceback" not in said
        until(lambda: not group(demo.pid))

    with started(port, data) as demo:
        until(lambda: ready(port))
        assert json.loads((data / "demo.json").read_text()) == told, "the same token, the same passwords"
        if sys.platform == "linux":
            demo.kill()
            until(lambda: group(demo.pid) == [])
            assert not ready(port)
