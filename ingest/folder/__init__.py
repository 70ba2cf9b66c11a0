"""A folder and the corpus kept equal: changed, moved and deleted files, once or continuously."""
