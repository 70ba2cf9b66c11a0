"""The drawing process: a PDF and the wanted pages on standard input, images on standard output.

It is separate because a PDF of one kilobyte may take minutes or all memory to draw. It has no access to the database
or to secrets. Its parent, app.web.pdf_pages, ends it when it exceeds a limit; without work it ends by itself.
"""

import json
import os
import select
import sys
from collections.abc import Callable, Sequence
from typing import IO

from app.core.errors import DocumentError
from app.core.frames import Frame, read_frame, write_frame
from app.core.limited_child import limit_memory, limit_processor, private_pipes, silence
from app.web.pdf_image import PageImage, page_frame
from app.web.pdf_view import Wanted, page_images

_IDLE_SECONDS = 120


Draw = Callable[[bytes, Wanted], tuple[int, Sequence[PageImage]]]


def main(draw: Draw = page_images) -> None:
    """Serve requests until the parent closes the pipe or has no work for a while. draw: what draws a PDF's pages."""
    limits = json.loads(sys.argv[1])
    with private_pipes() as (requests, replies):
        limit_memory(limits["memory_mib"])
        write_frame(replies, Frame(kind="ready"))
        silence()
        while _has_work(requests) and (request := read_frame(requests)):
            limit_processor(limits["seconds"])
            _serve(request, replies, draw)


def _has_work(requests: IO[bytes]) -> bool:
    if os.name == "nt":  # select knows no pipes there
        return True
    return bool(select.select([requests], [], [], _IDLE_SECONDS)[0])


def _serve(request: Frame, replies: IO[bytes], draw: Draw) -> None:
    header = request.header
    wanted = Wanted(tuple(header["pages"]), header["passage"], header["quote"])
    try:
        count, images = draw(request.content, wanted)
    except DocumentError as error:
        write_frame(replies, Frame(kind="problem", header={"problem": error.problem, "fix": error.fix}))
        return
    except MemoryError:
        write_frame(replies, Frame(kind="problem", header={"problem": "The PDF's page takes too much memory to draw; "
                                                           "the passage's text is shown.", "fix": ""}))  # fmt: skip
        return
    for image in images:
        write_frame(replies, page_frame(image))
    write_frame(replies, Frame(kind="end", header={"count": count}))


if __name__ == "__main__":
    main()
