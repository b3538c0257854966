"""A process that does not outlive the one that started it."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


def die_with_parent(parent: int) -> None:
    """Ask the kernel for SIGTERM when the parent ends, however it ends: an orphan would keep the port.

    Linux alone can do it; elsewhere a parent killed with -9 leaves its children to be stopped by hand.

    Args:
        parent: the process that started this one; if it has ended before the kernel was asked, so does this.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            signal.raise_signal(signal.SIGTERM)
