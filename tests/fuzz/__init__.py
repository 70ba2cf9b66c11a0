"""Fuzzing of the loaders: each damaged file must become a document or an error of one clear line."""
