"""Processes of the `linkwright` command at the price of a fork.

Run as `python -m tests.faults.many_processes`. It loads the program once, then reads one JSON object per
line: for each it forks, and the child becomes the command, with its own words, streams, folder,
environment and limits. What ends there is a process: threads, exit handlers and the last flush
of standard output are those of the real thing. The start is not, so some tests start one in full.
"""

import atexit
import ctypes
import gc
import json
import os
import pkgutil
import resource
import signal
import sys
import threading
from collections.abc import Iterator
from importlib import import_module
from typing import Any, NoReturn

_NOT_OF_THE_PROGRAM = ("linkwright.__main__", "linkwright.migrations.env", "linkwright.migrations.versions")
_OVERRIDE, _READ_SEARCH = 1, 2  # CAP_DAC_*: what lets root read and write what nobody may
_CAPABILITIES_VERSION_3 = 0x20080522


def main() -> None:
    """Fork for each request until there are no more."""
    import linkwright  # noqa: PLC0415

    for module in pkgutil.walk_packages(linkwright.__path__, "linkwright."):
        if not module.name.startswith(_NOT_OF_THE_PROGRAM):
            import_module(module.name)
    import aiosqlite  # noqa: F401, PLC0415
    import asyncpg  # noqa: F401, PLC0415
    import openpyxl  # noqa: F401, PLC0415

    gc.freeze()  # or each child would copy all of it to count it
    answers = os.dup(1)
    for request in _requests():
        child = os.fork()
        if child == 0:
            os.close(answers)
            _end(_become(request))
        _, status, used = os.wait4(child, 0)
        answer = {"status": os.waitstatus_to_exitcode(status), "peak_kb": used.ru_maxrss}
        os.write(answers, json.dumps(answer).encode() + b"\n")


def _requests() -> Iterator[dict[str, Any]]:
    rest = b""
    while piece := os.read(0, 1 << 16):
        *lines, rest = (rest + piece).split(b"\n")
        yield from map(json.loads, lines)


def _become(request: dict[str, Any]) -> int:
    """Be the command, and return its status."""
    for stream, name in ((1, request["out"]), (2, request["err"])):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    signal.alarm(request["seconds"])
    if request["file_size"] is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (request["file_size"],) * 2)
    if request["like_anybody"]:
        give_up_root()
    sys.argv = ["linkwright", *request["words"]]
    from linkwright.cli import main as linkwright  # noqa: PLC0415

    try:
        linkwright()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0


def _end(status: int) -> NoReturn:
    """End as Python does, but for taking a hundred thousand objects apart, which takes a second."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def give_up_root() -> None:
    """Be bound by the permissions of files, as everybody is but root. Does nothing to others."""
    if os.geteuid() != 0:
        return
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; then the same for the high half
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.capget(header, sets) != 0:
        raise OSError(ctypes.get_errno(), "capget")
    for which in range(3):
        sets[which] &= ~(1 << _OVERRIDE | 1 << _READ_SEARCH)
    if libc.capset(header, sets) != 0:
        raise OSError(ctypes.get_errno(), "capset")


if __name__ == "__main__":
    main()
