import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sep.documents import pdf
from sep.documents.pdf import Limits, PdfRefused
from sep.documents.pdf.sandbox import SANDBOX
from tests.documents.pdf import hostile

SLOW = hostile.many_pages(200)


def server() -> int:
    return SANDBOX.start().process.pid


def readers_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def eventually(what, *, seconds: float = 20):
    end = time.monotonic() + seconds
    while not (value := what()):
        assert time.monotonic() < end, "did not happen"
        time.sleep(0.005)
    return value


@pytest.fixture(autouse=True)
def _idle_server():
    """Whatever the test before did to it: a live server, and nobody reading."""
    pdf.inspect(hostile.one_page())
    eventually(lambda: not readers_of(server()))


def exists(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def readable(pid: int, what: str) -> bytes:
    return Path(f"/proc/{pid}/{what}").read_bytes()


def run_python(script: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(filter(None, [str(Path.cwd()), *sys.path]))
    return subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": path},
    )


def test_a_reader_killed_midway_is_reported_and_the_next_file_is_read():
    def kill() -> None:
        os.kill(eventually(lambda: readers_of(server()))[0], signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(PdfRefused) as refused:
        pdf.render(SLOW)
    killer.join()

    assert refused.value.code == "pdf_interrupted"
    assert refused.value.temporary
    assert pdf.inspect(hostile.one_page()).page_count == 1


@pytest.mark.parametrize("code", [signal.SIGSEGV, signal.SIGABRT, signal.SIGILL])
def test_a_reader_that_crashes_costs_only_its_file(code):
    def crash() -> None:
        os.kill(eventually(lambda: readers_of(server()))[0], code)

    crasher = threading.Thread(target=crash)
    crasher.start()
    with pytest.raises(PdfRefused) as refused:
        pdf.render(SLOW)
    crasher.join()

    assert refused.value.code in {"pdf_unreadable", "pdf_cannot_be_drawn"}  # before its first page, or after
    assert not refused.value.temporary


def test_a_machine_with_nothing_left_asks_for_another_try():
    result = run_python(
        "import os, resource\n"
        "from sep.documents import pdf\n"
        "from tests.documents.pdf import hostile\n"
        "most = resource.getrlimit(resource.RLIMIT_NOFILE)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (max(map(int, os.listdir('/proc/self/fd'))), most[1]))\n"
        "try:\n"
        "    pdf.inspect(hostile.one_page())\n"
        "except pdf.PdfRefused as refused:\n"
        "    print(refused.code, refused.temporary)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, most)\n"
        "print(pdf.inspect(hostile.one_page()).page_count)\n",
    )

    assert result.stdout == "pdf_interrupted True\n1\n", result.stderr


def test_the_fork_server_is_started_again_when_it_died():
    before = server()
    os.kill(before, signal.SIGKILL)

    assert pdf.inspect(hostile.one_page()).page_count == 1
    assert server() != before


def test_a_file_being_read_outlives_its_fork_server():
    def kill() -> None:
        pid = server()
        eventually(lambda: readers_of(pid))
        os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    pages = pdf.render(SLOW)
    killer.join()

    assert len(pages) == 200


def test_eight_threads_get_each_its_own_answer():
    files = {count: hostile.many_pages(count) for count in range(1, 9)}

    def count_pages(count: int) -> int:
        return pdf.inspect(files[count]).page_count

    wanted = list(files) * 4
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(count_pages, wanted)) == wanted


def test_a_forked_copy_of_the_service_starts_a_server_of_its_own():
    ours = server()
    told, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        found = pdf.inspect(hostile.one_page())
        os.write(tell, b"%d %d" % (found.page_count, server()))
        SANDBOX.stop()
        os._exit(0)
    os.waitpid(pid, 0)
    pages, theirs = os.read(told, 100).split()
    os.close(told)
    os.close(tell)

    assert pages == b"1"
    assert int(theirs) != ours
    assert pdf.inspect(hostile.one_page()).page_count == 1
    assert server() == ours


def test_the_fork_server_ends_with_the_service_even_if_that_was_killed():
    result = run_python(
        "import os\n"
        "from sep.documents import pdf\n"
        "from sep.documents.pdf.sandbox import SANDBOX\n"
        "from tests.documents.pdf import hostile\n"
        "pdf.inspect(hostile.one_page())\n"
        "print(SANDBOX.start().process.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n",
    )

    assert result.returncode == -signal.SIGKILL
    eventually(lambda: not exists(int(result.stdout)))


def test_the_service_ends_quietly():
    result = run_python(
        "from sep.documents import pdf\n"
        "from tests.documents.pdf import hostile\n"
        "print(pdf.inspect(hostile.one_page()).page_count)\n",
    )

    assert (result.returncode, result.stdout, result.stderr) == (0, "1\n", "")


def test_the_service_itself_loads_no_parser():
    result = run_python(
        "import sys, sep.documents.pdf\n"
        "print(sorted({'pikepdf', 'pypdfium2', 'pyhanko', 'PIL', 'django'} & set(sys.modules)))",
    )

    assert result.stdout.strip() == "[]", result.stderr


def test_the_fork_server_is_not_told_the_secrets_of_the_service(monkeypatch):
    monkeypatch.setenv("SEP_SECRET_KEY", "marker-of-a-secret")
    SANDBOX.stop()

    pid = server()
    eventually(lambda: readable(pid, "cmdline").count(b"fork_server"))
    told = readable(pid, "environ")

    assert b"marker-of-a-secret" not in told
    names = {entry.split(b"=")[0] for entry in told.split(b"\0") if entry}
    assert names <= {b"PYTHONPATH", b"LANG", b"LD_LIBRARY_PATH", b"PYTHONHOME"}


def test_the_service_does_not_grow_with_the_files_it_takes():
    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    bomb = hostile.flate_bomb(256 << 20)

    def take() -> None:
        pdf.inspect(hostile.one_page())
        with pytest.raises(PdfRefused):
            pdf.inspect(bomb)

    take()
    descriptors, memory = len(list(Path("/proc/self/fd").iterdir())), resident()
    for _ in range(25):
        take()

    assert resident() - memory < 8 << 20
    assert len(list(Path("/proc/self/fd").iterdir())) == descriptors


def test_a_reader_that_stops_is_ended():
    def stop() -> None:
        os.kill(eventually(lambda: readers_of(server()))[0], signal.SIGSTOP)

    stopper = threading.Thread(target=stop)
    stopper.start()
    with pytest.raises(PdfRefused):
        pdf.render(SLOW, Limits(wall_seconds=1))
    stopper.join()

    eventually(lambda: not readers_of(server()))


CONFINED = """
import ctypes, os, socket, sys
from sep.documents.pdf import confinement, limits
occupied = confinement.address_space()
files, calls = confinement.give_up_files(), None
confinement.limit_resources(limits.DEFAULT, occupied)
calls = confinement.give_up_system_calls()

def refused(what):
    try:
        what()
    except (OSError, MemoryError):
        return "no"
    return "yes"

attempts = {
    "read": lambda: open("/etc/hostname"),
    "read its own memory map": lambda: open("/proc/self/maps"),
    "write": lambda: open("/tmp/left-by-a-stranger", "w"),
    "list": lambda: os.listdir("/"),
    "connect": lambda: socket.socket(),
    "fork": os.fork,
    "run": lambda: os.execv(sys.executable, [sys.executable, "-c", ""]),
    "kill": lambda: os.kill(os.getppid(), 0),
    "take memory": lambda: bytearray(1 << 30),
}
print(files, calls)
for name, attempt in attempts.items():
    print(name, refused(attempt))
"""


def test_a_reader_in_strange_hands_has_no_files_network_or_programs():
    result = run_python(CONFINED)

    in_force, *outcomes = result.stdout.splitlines()
    assert result.returncode == 0, result.stderr
    if in_force != "True True":
        pytest.skip("this kernel refuses Landlock or seccomp")
    assert {line.rpartition(" ")[2] for line in outcomes} == {"no"}, outcomes
    assert len(outcomes) == 9
