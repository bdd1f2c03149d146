"""Write keys as they are in force: from the settings, or from the environment. They are never printed."""

from __future__ import annotations

import os
from collections.abc import Sequence

from cdp_lake.config.collector import WriteKey
from cdp_lake.errors import ConfigError


def secrets_of(keys: Sequence[WriteKey]) -> list[str]:
    """The key of each sender. Raises ConfigError naming every variable that is missing, and senders with equal keys."""
    found = [_secret(key) for key in keys]
    missing = [
        f"collector.write_keys.{k.name}: {k.key_env} is not set" for k, s in zip(keys, found, strict=True) if not s
    ]
    if missing:
        raise ConfigError("\n".join([*missing, "set each of these environment variables to the sender's write key"]))
    shared = {key.name for key, secret in zip(keys, found, strict=True) if found.count(secret) > 1}
    if shared:
        raise ConfigError(f"collector.write_keys: {', '.join(sorted(shared))} have one key; give each its own")
    return found


def _secret(key: WriteKey) -> str:
    return key.key.get_secret_value() if key.key is not None else os.environ.get(key.key_env or "", "").strip()
