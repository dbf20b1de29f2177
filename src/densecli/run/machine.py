"""The default memory limit of a forward pass: a share of the machine's free memory."""

from __future__ import annotations

import os

SHARE = 0.8
FALLBACK = 4 << 30  # if the system does not say
CGROUP = "/sys/fs/cgroup/memory.max"


def default_limit() -> int:
    """Bytes: 80 % of the memory that is free, or of the container's limit where that is lower."""
    return int(SHARE * min(free_memory(), container_limit()))


def free_memory() -> int:
    try:
        with open("/proc/meminfo", encoding="ascii") as file:  # noqa: PTH123
            fields = dict(line.split(":", 1) for line in file)
        return int(fields["MemAvailable"].split()[0]) << 10
    except (OSError, KeyError, ValueError):
        return physical_memory() // 2


def physical_memory() -> int:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return FALLBACK * 2


def container_limit() -> int:
    try:
        with open(CGROUP, encoding="ascii") as file:  # noqa: PTH123
            return int(file.read())
    except (OSError, ValueError):  # no container, or `max`
        return 1 << 62
