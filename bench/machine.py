"""The machine under a measurement: free ports, a PostgreSQL of our own, CPU and memory of processes."""

import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def postgresql(wanted: bool) -> Iterator[str | None]:
    """Run a cluster of our own and give its address, or nothing when it is not wanted."""
    if not wanted:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        script = '. scripts/services; start_postgres "$1"'
        started = subprocess.run(
            ["sh", "-c", script, "sh", folder], check=True, stdout=subprocess.PIPE, text=True
        )
        try:
            yield started.stdout.strip().splitlines()[-1]
        finally:
            subprocess.run(["sh", "-c", '. scripts/services; stop_postgres "$1"', "sh", folder], check=False)


class Processes:
    """A process with its descendants, and the server of the database when it is not embedded."""

    def __init__(self, root: int, *, with_postgresql: bool) -> None:
        self._root = root
        self._with_postgresql = with_postgresql
        self._cpu: dict[int, float] = {}
        self._before = {pid: seconds for pid, seconds, _ in self._look()}
        self.peak_bytes = 0

    def sample(self, stop) -> None:
        """Look every 100 ms until `stop`; short-lived children are seen in their parents' account."""
        while not stop.wait(0.1):
            seen = self._look()
            self.peak_bytes = max(self.peak_bytes, sum(memory for _, _, memory in seen))
            self._cpu.update({pid: seconds for pid, seconds, _ in seen})

    def cpu_seconds(self) -> float:
        self._cpu.update({pid: seconds for pid, seconds, _ in self._look()})
        return sum(seconds - self._before.get(pid, 0.0) for pid, seconds in self._cpu.items())

    def _look(self) -> list[tuple[int, float, int]]:
        stats = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    name, _, rest = (entry / "stat").read_text().rpartition(")")
                except OSError:
                    continue
                fields = rest.split()
                own_and_waited = sum(int(field) for field in fields[11:15])
                stats[int(entry.name)] = (
                    int(fields[1]),
                    name.partition("(")[2],
                    own_and_waited / _TICK,
                    int(fields[21]) * _PAGE,
                )
        family = {self._root}
        grown = True
        while grown:
            more = {pid for pid, (parent, *_rest) in stats.items() if parent in family} - family
            family |= more
            grown = bool(more)
        if self._with_postgresql:
            family |= {pid for pid, (_, name, *_rest) in stats.items() if name.startswith("postgres")}
        return [(pid, stats[pid][2], stats[pid][3]) for pid in family if pid in stats]
