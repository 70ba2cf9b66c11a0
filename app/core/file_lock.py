"""The lock of a file's document: its address and collection go in, the name that both roads use comes out."""

import hashlib
import json


def lock_of(uri: str, collection: str) -> str:
    """Name of the lock on one document: short, whatever the length of the path."""
    document = json.dumps([collection, uri]).encode()
    return f"file:{hashlib.blake2b(document, digest_size=16).hexdigest()}"
