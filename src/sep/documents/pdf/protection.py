"""What this machine grants the disposable process; an operator asks with `sep doctor`."""

import subprocess
import sys
from dataclasses import dataclass

from sep.documents.pdf.confinement import give_up_files, give_up_system_calls


@dataclass(frozen=True, slots=True)
class Protection:
    """Whether the kernel confines files (Landlock) and system calls (seccomp)."""

    files: bool
    system_calls: bool


def protection() -> Protection:
    """Try both in a process that ends at once: what is given up does not come back."""
    asked = subprocess.run(  # noqa: S603  our own interpreter and module
        [sys.executable, "-m", __name__], capture_output=True, check=False
    )
    granted = asked.stdout.split()
    return Protection(files=b"files" in granted, system_calls=b"calls" in granted)


if __name__ == "__main__":
    kept = ["files" if give_up_files() else "", "calls" if give_up_system_calls() else ""]
    sys.stdout.write(" ".join(kept))
