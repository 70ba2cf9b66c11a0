"""The embedded server's settings fit the machine it runs on."""

from pathlib import Path

import pytest

from app.core.postgres_conf import Machine, server_settings, write_settings


def mib(settings: dict[str, str], name: str) -> int:
    return int(settings[name].removesuffix("MB"))


@pytest.mark.parametrize("memory", [512, 2_000, 8_000, 64_000, 1_000_000])
def test_memory_asked_for_leaves_most_of_the_machine_to_the_models(memory: int) -> None:
    settings = dict(server_settings(Machine(memory_mib=memory, cores=4, shared_memory_mib=memory // 2)))
    assert mib(settings, "shared_buffers") + mib(settings, "maintenance_work_mem") <= max(memory // 2, 256)


def test_an_index_build_asks_for_no_more_shared_memory_than_a_container_has() -> None:
    settings = dict(server_settings(Machine(memory_mib=32_000, cores=8, shared_memory_mib=64)))
    assert mib(settings, "maintenance_work_mem") == 32


def test_settings_are_included_once_and_follow_the_machine(tmp_path: Path) -> None:
    (tmp_path / "postgresql.conf").write_text("port = 5432\n")
    write_settings(tmp_path, {"work_mem": "4MB"})
    write_settings(tmp_path, {"work_mem": "8MB"})
    assert (tmp_path / "postgresql.conf").read_text().count("foremost.conf") == 1
    assert "work_mem = '8MB'" in (tmp_path / "foremost.conf").read_text()
    assert "4MB" not in (tmp_path / "foremost.conf").read_text()
