"""The registrar's day as the guide tells it, from the three settings to «Просмотр PDF».

Real processes, a real worker, the mother signing on the phone of the simulator; the pictures of the guide are
made on the way.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench.machine import free_port
from tests.config.demo_process import get, ready, started, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
REPOSITORY = Path(__file__).parents[2]


def test_the_day_of_the_guide_can_be_lived_and_pictured(tmp_path):
    if shutil.which("chromium") is None:
        pytest.skip("нет chromium")
    port, data, images = free_port(), tmp_path / "var", tmp_path / "images"
    with started("demo", "--port", port, "--data", data):
        until(lambda: ready(port))
        script = [
            sys.executable,
            str(REPOSITORY / "scripts/screenshots"),
            str(data / "demo.json"),
            str(images),
        ]
        walked = subprocess.run(script, capture_output=True, text=True, timeout=240, check=False)
        assert walked.returncode == 0, walked.stderr[-2000:]
        demo = json.loads((data / "demo.json").read_text())
        answer = get(f"{demo['address']}/v1/documents", Authorization=f"N3 {demo['token']}")
        documents = {one["name"]: one for one in json.loads(answer)["documents"]}
        consent = documents["ИДС на проведение телемедицинской консультации"]
        assert consent["status"]["display"] == "Получатель подписал документ"
        assert consent["idPatientMis"] == "2156792"
        mother = json.loads(get(f"{demo['phone']}api/messages?to=%2B79154167000"))
        assert len(mother) == 2, "one invitation and one code"
    told = set(re.findall(r"images/([\w-]+\.png)", (REPOSITORY / "docs/guide.md").read_text()))
    assert told <= {path.name for path in images.iterdir()}
