"""CPU time of taking a PDF in: inspecting it and drawing its pages, each in a process of its own.

    python bench/intake.py [ROUNDS]

The document is a typeset consent of two pages. All processes are counted: the service, the fork server and
the disposable ones. Inspection includes a trial seal.
"""

import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import typst

from sep.documents import pdf
from sep.documents.pdf.sandbox import SANDBOX

CLAUSE = (
    "+ Мне в доступной форме разъяснены цели и методы оказания медицинской помощи, связанный с ними риск, "
    "возможные варианты медицинского вмешательства, их последствия и предполагаемые результаты, пункт №#n.\n"
)
SOURCE = (
    '#set page(paper: "a4", margin: 2cm)\n#set text(lang: "ru", size: 11pt)\n#set par(justify: true)\n'
    "= Информированное добровольное согласие\n" + "".join(CLAUSE.replace("#n", str(n)) for n in range(1, 25))
)


def cpu_milliseconds(server: int) -> float:
    """Of this process, of the fork server and of the processes that it has waited for."""
    fields = Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()
    ticks = sum(int(field) for field in fields[11:15])
    own = resource.getrusage(resource.RUSAGE_SELF)
    return 1000 * (ticks / os.sysconf("SC_CLK_TCK") + own.ru_utime + own.ru_stime)


def measure(what: Callable[[], object], rounds: int) -> dict[str, float]:
    what()
    server = SANDBOX.start().process.pid
    walls = []
    before = cpu_milliseconds(server)
    for _ in range(rounds):
        start = time.perf_counter()
        what()
        walls.append(1000 * (time.perf_counter() - start))
    time.sleep(0.1)  # the last process is waited for after its answer
    spent = cpu_milliseconds(server) - before
    return {"cpu_ms": round(spent / rounds, 1), "median_wall_ms": round(statistics.median(walls), 1)}


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    consent = typst.compile(SOURCE.encode())
    pages = pdf.render(consent)
    print(
        json.dumps(
            {
                "document": {"bytes": len(consent), "pages": len(pages)},
                "page_bytes": [len(page.webp) for page in pages],
                "inspect": measure(lambda: pdf.inspect(consent), rounds),
                "render": measure(lambda: pdf.render(consent), max(10, rounds // 5)),
            },
            indent=2,
        ),
    )


if __name__ == "__main__":
    main()
