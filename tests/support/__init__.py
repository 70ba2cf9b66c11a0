"""Helpers of the tests: fakes, builders, made files, replayed servers."""
