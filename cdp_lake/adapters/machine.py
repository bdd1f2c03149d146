"""What this machine has: cores, memory, disk and a Java."""

import os
import re
import shutil
import subprocess
from pathlib import Path

GIB = 1024**3
# Past eight cores a local run of this size waits for the disk, not for the processors.
MOST_LOCAL_CORES = 8
_CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def cores() -> int:
    """The processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory_bytes() -> int:
    """The memory this process may use: the machine's, or the container's where that is less."""
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    else:
        physical = 4 * GIB
    return min([physical, *_container_limits()])


def _container_limits() -> list[int]:
    limits = []
    for file in _CGROUP_LIMITS:
        text = file.read_text().strip() if file.is_file() else ""
        if text.isdigit():
            limits.append(int(text))
    return limits


def local_master() -> str:
    """The Spark master of a run on this machine alone."""
    return f"local[{min(cores(), MOST_LOCAL_CORES)}]"


def driver_memory() -> str:
    """A third of the memory, between 1g and 6g: Python workers and the page cache need the rest."""
    third = memory_bytes() // 3
    return f"{min(max(third, GIB), 6 * GIB) // (1024 * 1024)}m"


def java_size_bytes(size: str) -> int:
    """The bytes of a Java size such as `512m` or `2g`."""
    number, unit = int(size[:-1]), size[-1].lower()
    return number * {"k": 1024, "m": 1024**2, "g": GIB}[unit]


def free_bytes(folder: Path) -> int:
    """The free disk under a folder, or under its nearest parent that exists."""
    place = folder.absolute()
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def java_command() -> str | None:
    """The Java that Spark would start: JAVA_HOME's, else the one on the PATH."""
    home = os.environ.get("JAVA_HOME")
    if home:
        candidate = Path(home) / "bin" / "java"
        return str(candidate) if candidate.exists() else None
    return shutil.which("java")


def java_version(java: str) -> int | None:
    """The feature release of a Java (8, 11, 17, ...), or None when it does not answer."""
    # The file every JDK carries answers in no time; starting a JVM to ask costs a tenth of a second or more.
    note = Path(java).resolve().parents[1] / "release"
    if note.is_file():
        found = re.search(r'^JAVA_VERSION="(.+)"', note.read_text(encoding="utf-8"), re.MULTILINE)
        if found:
            return feature_release(f'version "{found.group(1)}"')
    try:
        answer = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return feature_release(answer.stderr + answer.stdout)


def feature_release(banner: str) -> int | None:
    """The feature release in the banner of `java -version`: 8 for "1.8.0_392", 21 for "21-ea"."""
    found = re.search(r'version "(?:1\.)?(\d+)', banner)
    return int(found.group(1)) if found else None
