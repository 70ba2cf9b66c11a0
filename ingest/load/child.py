"""The loading process: requests on standard input, documents on standard output.

It is separate because a file may be made to exhaust memory, to run forever or to crash a parser. It has no access to
the database, the models or secrets. Its parent, ingest.load.parent, ends it when it exceeds a limit.
"""

import json
import sys
from collections.abc import Callable, Iterator
from typing import IO

from app.core.domain import Document, Source
from app.core.errors import DocumentError
from app.core.frames import Frame, read_frame, write_frame
from app.core.limited_child import limit_memory, limit_processor, peak_mib, private_pipes, silence
from ingest.load.frames import document_header, error_header, source_from, source_header
from ingest.load.limits import Limits, too_much_memory
from ingest.load.unpack import Item, unpacked

Items = Callable[[Source, Limits], Iterator[Item]]


def main(items: Items = unpacked) -> None:
    """Serve requests until the parent closes the pipe. items: what is read of a source."""
    limits = Limits(**json.loads(sys.argv[1]))
    with private_pipes() as (requests, replies):
        limit_memory(limits.memory_mib)
        write_frame(replies, Frame(kind="ready"))
        silence()
        while request := read_frame(requests):
            _serve(request, replies, limits, items)


def _serve(request: Frame, replies: IO[bytes], limits: Limits, items: Items) -> None:
    """Load everything in a source; the first `skip` documents were loaded by an earlier process and are passed over."""
    source = source_from(request)
    skip = request.header["skip"]
    limit_processor(limits.cpu_seconds)
    for number, (item, load_item) in enumerate(items(source, limits)):
        if number < skip:
            continue
        limit_processor(limits.cpu_seconds)
        own = item.content is source.content  # the parent has these bytes already
        header = source_header(item) | {"own": own}
        write_frame(replies, Frame(kind="begin", header=header, content=b"" if own else item.content))
        write_frame(replies, _reply(load_item, limits))
    write_frame(replies, Frame(kind="end", header={"peak_mib": peak_mib()}))


def _reply(load_item: Callable[[], Document], limits: Limits) -> Frame:
    try:
        return Frame(kind="document", header=document_header(load_item()))
    except DocumentError as error:
        return Frame(kind="problem", header=error_header(error))
    except MemoryError:
        return Frame(kind="problem", header=error_header(too_much_memory(limits)))


if __name__ == "__main__":
    main()
