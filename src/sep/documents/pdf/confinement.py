"""What the disposable process may still do after it was taken over: compute, allocate a little, answer.

Linux offers it to every user: resource limits, Landlock (5.13) for files, seccomp for system calls. A kernel
or a container that refuses one of them leaves the others in force.
"""

import ctypes
import errno
import os
import platform
import resource
import signal
import struct
import sys
import sysconfig
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from sep.documents.pdf.limits import Limits

_NOBODY = 65534
_OPEN_FILES = 32
_FONT_DIRECTORIES = ("/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/X11/fonts")
_RANDOM_DEVICE = "/dev/urandom"  # qpdf will not open an encrypted file without it
_LIBRARY_DIRECTORIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")

_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2

_LANDLOCK_CREATE_RULESET = 444
_LANDLOCK_ADD_RULE = 445
_LANDLOCK_RESTRICT_SELF = 446
_LANDLOCK_PATH_BENEATH = 1
_LANDLOCK_READ_FILE = 1 << 2
_LANDLOCK_READ = _LANDLOCK_READ_FILE | (1 << 3)  # and READ_DIR
_LANDLOCK_ALL = (1 << 13) - 1  # every right of its first version

_libc = ctypes.CDLL(None, use_errno=True)


def give_up_files() -> bool:
    """Leave this process and its children nothing of the file system but libraries and fonts, to read.

    Returns:
        False when the kernel has no Landlock.
    """
    if sys.platform != "linux" or _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    handled = ctypes.c_uint64(_LANDLOCK_ALL)
    ruleset = _libc.syscall(_LANDLOCK_CREATE_RULESET, ctypes.byref(handled), ctypes.sizeof(handled), 0)
    if ruleset < 0:
        return False
    try:
        for place in _readable():
            _allow_reading(ruleset, place)
        return not _libc.syscall(_LANDLOCK_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _readable() -> Iterable[str]:
    python = (sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib"))
    package = str(Path(__file__).parents[2])
    places = {*python, package, *_FONT_DIRECTORIES, *_LIBRARY_DIRECTORIES, _RANDOM_DEVICE}
    return (place for place in places if Path(place).exists())


def _allow_reading(ruleset: int, place: str) -> None:
    opened = os.open(place, os.O_PATH)
    try:
        rights = _LANDLOCK_READ if Path(place).is_dir() else _LANDLOCK_READ_FILE
        rule = struct.pack("=Qi", rights, opened)
        _libc.syscall(_LANDLOCK_ADD_RULE, ruleset, _LANDLOCK_PATH_BENEATH, rule, 0)
    finally:
        os.close(opened)


def address_space() -> int:
    """Bytes that this process has mapped. To be asked before the files are given up."""
    pages = int(Path("/proc/self/statm").read_text().split(maxsplit=1)[0])
    return pages * resource.getpagesize()


def limit_resources(limits: Limits, occupied: int) -> None:
    """Time, memory and files of this process; the kernel ends it when time is over.

    Args:
        limits: of this job.
        occupied: bytes of address space that the libraries take already.
    """
    os.setsid()
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, limits.wall_seconds)
    _lower(resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 1)  # SIGXCPU, then SIGKILL
    _lower(resource.RLIMIT_AS, occupied + limits.memory_bytes)
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_NOFILE, _OPEN_FILES)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    _lower(resource.RLIMIT_NPROC, 0)


def _lower(what: int, value: int, last: int | None = None) -> None:
    ceiling = resource.getrlimit(what)[1]
    soft, hard = (
        limit if ceiling == resource.RLIM_INFINITY else min(limit, ceiling)
        for limit in (value, value if last is None else last)
    )
    resource.setrlimit(what, (soft, hard))


# Calls that parsing and drawing make once everything is imported: (x86-64, AArch64), None where there is no
# such call.
_ALLOWED_CALLS: Final = MappingProxyType(
    {
        "read": (0, 63),
        "write": (1, 64),
        "close": (3, 57),
        "fstat": (5, 80),
        "newfstatat": (262, 79),
        "lseek": (8, 62),
        "mmap": (9, 222),
        "mprotect": (10, 226),
        "munmap": (11, 215),
        "mremap": (25, 216),
        "madvise": (28, 233),
        "brk": (12, 214),
        "rt_sigaction": (13, 134),
        "rt_sigprocmask": (14, 135),
        "rt_sigreturn": (15, 139),
        "sigaltstack": (131, 132),
        "ioctl": (16, 29),
        "pread64": (17, 67),
        "readv": (19, 65),
        "writev": (20, 66),
        "recvfrom": (45, 207),
        "sendto": (44, 206),
        "fcntl": (72, 25),
        "dup": (32, 23),
        "access": (21, None),
        "faccessat": (269, 48),
        "faccessat2": (439, 439),
        "stat": (4, None),
        "lstat": (6, None),
        "statx": (332, 291),
        "readlink": (89, None),
        "readlinkat": (267, 78),
        "getcwd": (79, 17),
        "getdents64": (217, 61),
        "open": (2, None),
        "openat": (257, 56),
        "poll": (7, None),
        "ppoll": (271, 73),
        "select": (23, None),
        "pselect6": (270, 72),
        "getpid": (39, 172),
        "gettid": (186, 178),
        "getuid": (102, 174),
        "geteuid": (107, 175),
        "getgid": (104, 176),
        "getegid": (108, 177),
        "uname": (63, 160),
        "sysinfo": (99, 179),
        "getrusage": (98, 165),
        "times": (100, 153),
        "sched_yield": (24, 124),
        "sched_getaffinity": (204, 123),
        "futex": (202, 98),
        "rseq": (334, 293),
        "membarrier": (324, 283),
        "clock_gettime": (228, 113),
        "clock_getres": (229, 114),
        "clock_nanosleep": (230, 115),
        "nanosleep": (35, 101),
        "gettimeofday": (96, 169),
        "time": (201, None),
        "getrandom": (318, 278),
        "restart_syscall": (219, 128),
        "exit": (60, 93),
        "exit_group": (231, 94),
    },
)
_ARCHITECTURES: Final = MappingProxyType({"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)})

_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
_INSTRUCTION: Final = struct.Struct("=HBBI")
_NUMBER, _ARCHITECTURE = 0, 4  # offsets in struct seccomp_data


def give_up_system_calls() -> bool:
    """Make sockets, programs, processes, signals and other people's memory answer EPERM from here on.

    Returns:
        False when the kernel or the processor is not one for which there is a filter.
    """
    instructions = system_call_filter()
    if instructions is None:
        return False
    count = len(instructions) // _INSTRUCTION.size
    filter_program = struct.pack("@HP", count, ctypes.addressof(instructions))
    _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return not _libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, filter_program, 0, 0)


@cache
def system_call_filter() -> ctypes.Array[ctypes.c_char] | None:
    """The program for the kernel (struct sock_filter, one after another), made once for all forks."""
    column, audit_number = _ARCHITECTURES.get(platform.machine(), (None, 0))
    if sys.platform != "linux" or column is None:
        return None
    calls = [call for numbers in _ALLOWED_CALLS.values() if (call := numbers[column]) is not None]
    program = [(_LOAD, 0, 0, _ARCHITECTURE), (_JUMP_IF_EQUAL, 1, 0, audit_number), (_RETURN, 0, 0, _REFUSE)]
    program.append((_LOAD, 0, 0, _NUMBER))
    program += [(_JUMP_IF_EQUAL, len(calls) - index, 0, call) for index, call in enumerate(calls)]
    program += [(_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)]
    code = b"".join(_INSTRUCTION.pack(*instruction) for instruction in program)
    return ctypes.create_string_buffer(code, len(code))
