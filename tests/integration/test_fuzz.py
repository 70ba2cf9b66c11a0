"""A sample of the fuzzing that `make fuzz` does at length."""

from tests.fuzz.run import fuzz
from tests.fuzz.seeds import made_seeds


def test_damaged_files_of_every_format_are_documents_or_one_clear_line() -> None:
    seeds = made_seeds()
    tallies = fuzz(seeds, seed=20_261_124, inputs=15 * len(seeds))
    assert {kind: dict(tally.failures) for kind, tally in tallies.items() if tally.failures} == {}
    assert sum(tally.documents for tally in tallies.values()) > 100
    assert sum(tally.refusals for tally in tallies.values()) > 50
