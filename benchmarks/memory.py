"""The peak memory of a process."""

from __future__ import annotations

import re
import resource
from pathlib import Path

STATUS = Path("/proc/self/status")


def peak() -> int:
    """Return the peak memory of this process, in KiB; on Linux without that of the process that started it."""
    if STATUS.exists() and (found := re.search(r"VmHWM:\s+(\d+) kB", STATUS.read_text(encoding="ascii"))):
        return int(found[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
