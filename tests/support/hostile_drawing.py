"""A drawing process that misbehaves as a hostile PDF would make it; the passage says how."""

import ctypes
import time

from app.web import pdf_child
from app.web.pdf_image import PageImage
from app.web.pdf_view import Wanted, page_images


def _misbehaving(content: bytes, wanted: Wanted) -> tuple[int, tuple[PageImage, ...]]:
    match wanted.passage:
        case "crash":
            ctypes.string_at(0)
        case "allocate":
            kept = [bytearray(2**20) for _ in range(100_000)]
            raise AssertionError(len(kept))
        case "spin":
            while True:
                pass
        case "sleep":
            time.sleep(600)
        case "leave":
            raise SystemExit(0)
    return page_images(content, wanted)


if __name__ == "__main__":
    pdf_child.main(_misbehaving)
