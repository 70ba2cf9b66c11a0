"""`make lock`: turns the report of pip's resolver into constraints.txt."""

import argparse
import json
import re
from pathlib import Path
from typing import Any

HEADER = """\
# The versions that are tested together: pip install -c constraints.txt -e '.[embedded]'. Renewed by `make lock`.
# A constraint installs nothing by itself, so a line for another platform's package does no harm.
# torch is left to its bound in pyproject.toml: its version names the build (+cpu, +cu130), which differs by machine.
"""
# torch and the packages that only its CUDA build brings.
_LEFT_OUT = re.compile(r"(torch|triton|(nvidia|cuda)-.*)$")


def constraints(report: dict[str, Any]) -> str:
    """The text of constraints.txt for a report of `pip install --dry-run --ignore-installed --report`."""
    versions: dict[str, str] = {}
    for item in report["install"]:
        name = normalised(item["metadata"]["name"])
        if not _is_this_project(item) and not _LEFT_OUT.match(name):
            versions[name] = item["metadata"]["version"].split("+")[0]
    return HEADER + "".join(f"{name}=={version}\n" for name, version in sorted(versions.items()))


def normalised(name: str) -> str:
    """A package's name as the index spells it: lower case, words joined by hyphens."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _is_this_project(item: dict[str, Any]) -> bool:
    return bool(item["download_info"].get("dir_info", {}).get("editable"))


def main() -> None:
    """Read the report, write the file."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.lock", description=__doc__)
    parser.add_argument("report", type=Path)
    parser.add_argument("constraints", type=Path)
    options = parser.parse_args()
    options.constraints.write_text(constraints(json.loads(options.report.read_text("utf-8"))), "utf-8")


if __name__ == "__main__":
    main()
