"""Where throwaway databases are kept: in memory, where there is room, unless they are for measuring."""

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108  (mkdtemp makes a private folder in it)
ROOM = 2 * 1024**3  # A container's default of 64 MB would fill up in the middle of a run.


def quick_folder() -> Path:
    """Make a folder on the quickest place there is; whoever asked removes it.

    Copying a template database is 300 small files: a twentieth of the time in memory.
    """
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK | os.X_OK) and shutil.disk_usage(MEMORY).free > ROOM
    return Path(tempfile.mkdtemp(prefix="linkwright-", dir=MEMORY if roomy else None))


def safe_folder() -> Path:
    """Make a folder on a disk: in memory a commit waits for nothing, and would be measured too fast."""
    return Path(tempfile.mkdtemp(prefix="linkwright-"))
