"""`sep demo` as the processes that a newcomer starts."""

import json
import os
import signal
import subprocess
import sys

import pytest

from bench.machine import free_port
from tests.config.demo_process import (
    PATIENCE,
    can_be_taken,
    family,
    get,
    gone,
    ping,
    ready,
    started,
    until,
)

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc"),
]


@pytest.mark.timeout(240)
def test_a_demo_starts_tells_where_to_look_stops_and_starts_again(tmp_path):
    port, data = free_port(), tmp_path / "var"
    with started("demo", "--port", port, "--data", data) as demo:
        until(lambda: ready(port))
        told = json.loads((data / "demo.json").read_text())
        assert told["address"] == f"http://127.0.0.1:{port}/sep/api"
        assert set(told) == {"address", "token", "idLpu", "workplace", "phone", "cabinet", "docs"}
        assert {account["role"] for account in told["workplace"]["accounts"]} >= {
            "administrator",
            "registrar",
        }
        assert ping(told)["idLpu"] == told["idLpu"]
        for page in (f"http://127.0.0.1:{port}/", told["phone"], told["docs"], told["workplace"]["url"]):
            assert "<html" in get(page)
        assert get(f"http://127.0.0.1:{port}/healthz") == "ok"
        assert (data / "demo.json").stat().st_mode & 0o077 == 0, "the token is for the owner's eyes"

        second = subprocess.run(
            [sys.executable, "-m", "sep.config", "demo", "--port", str(port), "--data", str(tmp_path / "b")],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert second.returncode != 0
        assert f"Порт {port} занят" in second.stderr + second.stdout
        assert "Traceback" not in second.stderr

        everyone = family(demo.pid)
        demo.send_signal(signal.SIGINT)
        said = demo.communicate(timeout=PATIENCE)[0]
        assert demo.returncode == 0, said
        assert "Остановлено" in said
        assert "Traceback" not in said
        until(lambda: gone(everyone))
        assert can_be_taken(port)

    with started("demo", "--port", port, "--data", data) as demo:
        until(lambda: ready(port))
        assert json.loads((data / "demo.json").read_text()) == told, "the same token, the same passwords"
        assert ping(told)["idLpu"] == told["idLpu"]
        everyone = family(demo.pid)
        assert len(everyone) >= 6, "the demo, the web with its worker, the background, two readers of PDF"
        demo.kill()
        demo.wait(10)
        until(lambda: gone(everyone))
        assert can_be_taken(port)


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_a_web_that_ends_before_its_worker_is_ready_leaves_the_port_free(ending):
    port = free_port()
    with started("web", "--port", port, environment=dict(os.environ)) as web:
        until(lambda: len(family(web.pid)) > 1)
        everyone = family(web.pid)
        web.send_signal(ending)
        web.wait(PATIENCE)
        until(lambda: gone(everyone))
        assert can_be_taken(port)
