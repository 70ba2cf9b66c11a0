"""A folder and the corpus kept alike: what changed, moved and disappeared, and the watch on it."""
