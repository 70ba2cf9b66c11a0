"""Workers, looks at the disk and the server are killed at random moments; `make kill-test` does it 200 times."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kill.harness import KillTest


@pytest.fixture
def killing(data_dir: Path) -> Iterator[KillTest]:
    folder = data_dir / "kill"
    folder.mkdir(mode=0o755)
    test = KillTest(folder, kills=10, seed=11, documents=20, crashes=1)
    yield test
    test.close()


def test_whatever_is_killed_every_document_is_one_version_whole_and_none_is_lost(killing: KillTest) -> None:
    figures = killing.run()
    assert figures.mixed == []
    assert figures.wrong == []
    assert figures.kills["server"] == 1
    assert figures.kills["worker"] > 0
    assert figures.cut_off > 0
    assert figures.hits > 0
    assert killing.spoil() != []  # the check sees a passage of another version
