"""Kept token vectors of passages: what is put comes back, both stores are bounded, a broken file costs time only."""

import logging
import sqlite3
import threading
from pathlib import Path

import numpy as np
import pytest

from app.core.models import token_store
from app.core.models.token_encoder import PassageTokens
from app.core.models.token_store import FILE_NAME, TokenStore

KIB = 1024


def passage(seed: int, tokens: int = 40) -> PassageTokens:
    draw = np.random.default_rng(seed)
    return PassageTokens(
        values=draw.integers(-127, 128, (tokens, 384)).astype(np.int8),
        steps=draw.random(tokens).astype(np.float16),
        cut=bool(seed % 2),
    )


def key(number: int) -> bytes:
    return number.to_bytes(20, "big")


def same(one: PassageTokens, other: PassageTokens) -> bool:
    return np.array_equal(one.values, other.values) and np.array_equal(one.steps, other.steps) and one.cut == other.cut


@pytest.mark.parametrize("memory", [0, 2**20])
def test_what_is_put_comes_back_after_a_restart(tmp_path: Path, memory: int) -> None:
    store = TokenStore(tmp_path, disk_bytes=2**20, memory_bytes=memory)
    store.put({key(n): passage(n) for n in range(5)})
    assert same(store.get([key(3), key(9)])[key(3)], passage(3))
    store.close()
    again = TokenStore(tmp_path, disk_bytes=2**20, memory_bytes=memory)
    found = again.get(key(n) for n in range(7))
    assert sorted(found) == [key(n) for n in range(5)]
    assert all(same(found[key(n)], passage(n)) for n in range(5))
    assert again.has([key(4), key(5)]) == {key(4)}


def test_nothing_is_kept_when_both_bounds_are_0(tmp_path: Path) -> None:
    store = TokenStore(tmp_path, disk_bytes=0, memory_bytes=0)
    store.put({key(1): passage(1)})
    assert store.get([key(1)]) == {}
    assert not list(tmp_path.iterdir())


def test_memory_keeps_what_was_used_last() -> None:
    one = passage(0).nbytes
    store = TokenStore(None, disk_bytes=0, memory_bytes=3 * one)
    store.put({key(n): passage(n) for n in range(3)})
    store.get([key(0)])
    store.put({key(3): passage(3)})
    assert sorted(store.get(key(n) for n in range(4))) == [key(0), key(2), key(3)]


def test_a_full_file_drops_what_was_unused_for_longest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token_store, "_today", lambda: 100)
    limit = 400 * KIB
    store = TokenStore(tmp_path, disk_bytes=limit, memory_bytes=0)
    store.put({key(n): passage(n) for n in range(12)})
    monkeypatch.setattr(token_store, "_today", lambda: 101)
    assert set(store.get([key(0), key(1)])) == {key(0), key(1)}  # used on a later day than the others
    for n in range(12, 28):
        store.put({key(n): passage(n)})
        assert store.stored_bytes() <= limit
    kept = store.has(key(n) for n in range(28))
    assert {key(n) for n in (0, 1, *range(12, 28))} <= kept
    assert not {key(2), key(3)} & kept


def test_full_is_said_before_anything_is_dropped(tmp_path: Path) -> None:
    store = TokenStore(tmp_path, disk_bytes=400 * KIB, memory_bytes=0)
    put = 0
    while not store.full():
        store.put({key(put): passage(put)})
        put += 1
    assert len(store.has(key(n) for n in range(put))) == put > 5


def test_a_damaged_file_is_made_again(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"this is no database" * 1000)
    store = TokenStore(tmp_path, disk_bytes=2**20)
    store.put({key(1): passage(1)})
    store.close()
    assert key(1) in TokenStore(tmp_path, disk_bytes=2**20).get([key(1)])


def test_a_folder_that_cannot_hold_it_leaves_memory(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "taken").write_text("a file")
    with caplog.at_level(logging.WARNING):
        store = TokenStore(tmp_path / "taken", disk_bytes=2**20)
    store.put({key(1): passage(1)})
    assert key(1) in store.get([key(1)])
    assert "are not kept on disk" in caplog.text


def test_a_file_that_another_process_writes_is_not_waited_for_in_vain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(token_store, "_WAIT_SECONDS", 0.05)
    store = TokenStore(tmp_path, disk_bytes=2**20, memory_bytes=0)
    store.put({key(1): passage(1)})
    other = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with caplog.at_level(logging.WARNING):
        store.put({key(2): passage(2)})
    assert "1 passages were not kept" in caplog.text
    assert set(store.get([key(1), key(2)])) == {key(1)}
    other.execute("ROLLBACK")
    other.close()
    store.put({key(2): passage(2)})
    assert key(2) in store.get([key(2)])


def test_clearing_leaves_no_vector_in_the_folder(tmp_path: Path) -> None:
    store = TokenStore(tmp_path, disk_bytes=2**20)
    mark = passage(7)
    store.put({key(7): mark})
    assert any(mark.values.tobytes()[:64] in file.read_bytes() for file in tmp_path.iterdir())
    store.clear()
    assert store.get([key(7)]) == {}
    assert not any(mark.values.tobytes()[:64] in file.read_bytes() for file in tmp_path.iterdir())


def test_threads_share_one_store(tmp_path: Path) -> None:
    store = TokenStore(tmp_path, disk_bytes=4 * 2**20, memory_bytes=0)
    errors: list[Exception] = []

    def work(first: int) -> None:
        try:
            for n in range(first, first + 10):
                store.put({key(n): passage(n)})
                assert same(store.get([key(n)])[key(n)], passage(n))
        except Exception as error:  # noqa: BLE001  # a thread's error is the test's
            errors.append(error)

    threads = [threading.Thread(target=work, args=(10 * n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert len(store.has(key(n) for n in range(40))) == 40
