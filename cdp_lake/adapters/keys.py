"""Keys: kept beside the lake in files that only their owner can read, and never printed."""

import os
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cdp_lake.errors import EnvironmentProblem

KEY_BYTES = 32
KEYS_FOLDER = ".keys"


@dataclass(frozen=True)
class KeyFile:
    """The place of one key. This object, not the key, travels to Spark's workers."""

    path: str
    number: int

    @property
    def version(self) -> str:
        """The prefix of everything made with the key."""
        return f"k{self.number}"

    def secret(self) -> bytes:
        """The key. Raises EnvironmentProblem when the file is missing, cut short or open to others."""
        return _read(self.path)


def hmac_key(lake: Path) -> KeyFile:
    """The lake's newest HMAC key; the first one is made at first use."""
    folder = lake / KEYS_FOLDER
    numbers = [int(n) for n in (p.name.removeprefix("hmac-") for p in folder.glob("hmac-*")) if n.isdecimal()]
    number = max(numbers, default=1)
    path = folder / f"hmac-{number}"
    if not numbers:
        _create(path)
    return KeyFile(str(path.resolve()), number)


def _create(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(secrets.token_bytes(KEY_BYTES))
    try:
        # A link, not a rename: it never replaces a key that something was already hashed with.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


@lru_cache(maxsize=8)
def _read(path: str) -> bytes:
    file = Path(path)
    name = f"{KEYS_FOLDER}/{file.name}"
    try:
        key, mode = file.read_bytes(), file.stat().st_mode
    except OSError as problem:
        raise EnvironmentProblem(
            f"the key {name} of the lake cannot be read: {problem.strerror}; every Spark worker needs the lake's folder"
        ) from problem
    if len(key) != KEY_BYTES:
        raise EnvironmentProblem(f"the key {name} of the lake is damaged: restore it from a backup")
    if mode & 0o077:
        raise EnvironmentProblem(f"the key {name} of the lake can be read by others: chmod 600 it")
    return key
