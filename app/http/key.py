"""The key of the routes for programs: one file in the data directory that only its owner can read."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from app.core.errors import SettingsError, reason

_FILE = "api_key"
_PREFIX = "fm-"  # tells what leaked when a key is found in a log
_BYTES = 32
_OWNER_ONLY = 0o600


def read_key(data_dir: Path) -> str:
    """The key, made when there is none yet. Raises SettingsError when the file cannot be used."""
    path = data_dir / _FILE
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            _write(path, os.O_EXCL)
        if path.stat().st_mode & 0o077:
            path.chmod(_OWNER_ONLY)  # restored from a backup, or copied
        key = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The key file {path} cannot be used: {reason(error)}.", fix="Check its folder.") from error
    if not key:
        raise SettingsError(f"The key file {path} is empty.", fix="`python -m app key --new` makes a new key.")
    return key


def new_key(data_dir: Path) -> str:
    """Replace the key and return the new one; a running server keeps the old one until it starts again."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        fresh = data_dir / f"{_FILE}.new"
        fresh.unlink(missing_ok=True)
        _write(fresh, os.O_EXCL)
        fresh.replace(data_dir / _FILE)
    except OSError as error:
        raise SettingsError(
            f"No key can be written to {data_dir}: {reason(error)}.", fix="Check the rights of the folder."
        ) from error
    return read_key(data_dir)


def _write(path: Path, flags: int) -> None:
    """Write a new key to the path; from its first moment only the owner can read the file."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | flags, _OWNER_ONLY), "w", encoding="ascii") as file:
        file.write(f"{_PREFIX}{secrets.token_urlsafe(_BYTES)}\n")
