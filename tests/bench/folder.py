"""The data folder of a measurement."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def kept_or_temporary(keep: Path | None) -> Iterator[Path]:
    """The folder named, created when it is missing; without a name a temporary one, removed at the end."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield _open_to_the_server(keep)
        return
    with tempfile.TemporaryDirectory(prefix="foremost-bench-") as name:
        yield _open_to_the_server(Path(name))


def _open_to_the_server(folder: Path) -> Path:
    """The embedded server runs as a user of its own when the measurement runs as root."""
    folder.chmod(0o755)
    return folder
