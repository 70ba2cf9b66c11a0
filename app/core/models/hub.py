"""The model hub: what its local cache holds, what it offers, and fetching a model on request."""

import os
from fnmatch import fnmatch
from pathlib import Path

from app.core.errors import ModelError, reason
from app.core.models.find import OTHER_FORMS, hub_folder

_SECONDS = 5.0  # for one request about a model


def local_folder(name: str, data_dir: Path) -> Path | None:
    """Folder of a model that is on this machine: a path, data_dir/models/NAME or the hub's cache; None: it is not."""
    for folder in (Path(name).expanduser(), data_dir / "models" / name):
        if (folder / "config.json").is_file():
            return folder
    if name.count("/") != 1:
        return None
    from huggingface_hub import try_to_load_from_cache  # noqa: PLC0415  # only for hub ids

    cached = try_to_load_from_cache(name, "config.json")
    return Path(cached).parent if isinstance(cached, str) else None


def pull(name: str) -> Path:
    """Fetch a model into the hub's local cache, where the settings find it, offline too. Raises ModelError."""
    if name.count("/") != 1:
        raise ModelError(f"{name} is no name of the hub.", fix="Write it as organisation/model, as the hub does.")
    _go_online()
    return hub_folder(name, instead="check the name and the network (HF_ENDPOINT names another hub)")


def offered(name: str) -> int | None:
    """Bytes that the hub would send for a model; None when it does not have it. Raises ModelError without a hub."""
    _go_online()
    from huggingface_hub import HfApi, constants  # noqa: PLC0415  # only when the hub is asked
    from huggingface_hub.errors import RepositoryNotFoundError  # noqa: PLC0415

    try:
        info = HfApi().model_info(name, files_metadata=True, timeout=_SECONDS)
    except RepositoryNotFoundError:
        return None
    except Exception as error:  # the hub's library changes its HTTP client, and each raises errors of its own
        raise ModelError(
            f"No hub answers at {constants.ENDPOINT} ({reason(error)}).", fix="HF_ENDPOINT names another hub."
        ) from error
    files = [one for one in info.siblings or () if not any(fnmatch(one.rfilename, form) for form in OTHER_FORMS)]
    return sum(one.size or 0 for one in files)


def _go_online() -> None:
    """Nothing is downloaded unless it is asked for; here it is."""
    os.environ["HF_HUB_OFFLINE"] = "0"
    from huggingface_hub import constants  # noqa: PLC0415  # reads the variable when it is imported first

    constants.HF_HUB_OFFLINE = False
