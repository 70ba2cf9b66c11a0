"""Fuzzing of the loaders: damaged files of every format go in, and each must be a document or one clear line."""
