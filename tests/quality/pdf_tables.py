"""Tables, reading order and speed on the made PDF set: python -m tests.quality.pdf_tables [name ...].

--untagged leaves the structure trees of browsers' prints out of account, --print makes the kept prints again, with
Chromium and LibreOffice.
"""

import argparse
import resource
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import pypdfium2

from ingest.load import load, pdf_page
from ingest.load.limits import Limits
from ingest.load.pdf_tags import Tags
from tests.support import made_files
from tests.support.pdf_set.content import documents, kept_back
from tests.support.pdf_set.model import Made
from tests.support.pdf_set.printed import pdf_of, print_again
from tests.support.pdf_set.score import Score, order_score, table_score, tables_read

LIMITS = Limits(ocr_seconds=0)


@dataclass(slots=True)
class Result:
    """Sums over documents."""

    cells: Score = field(default_factory=Score)
    orders: list[float] = field(default_factory=list)


def measure(made: Made, content: bytes) -> tuple[Score, float]:
    """(cells of its tables, share of its prose in order) of one document."""
    document = load(made_files.source(content, f"{made.name}.pdf"), LIMITS)
    return table_score(made, tables_read(document)), order_score(made, document.text)


def _running(content: bytes) -> str:
    pdf = pypdfium2.PdfDocument(content)
    text = "\n".join(page.get_textpage().get_text_range() for page in pdf)
    pdf.close()
    return text


def seconds_a_page(read: Callable[[bytes], object], contents: list[bytes]) -> float:
    """Processor seconds of a page."""
    count = sum(len(pypdfium2.PdfDocument(content)) for content in contents)
    begun = time.process_time()
    for content in contents:
        read(content)
    return (time.process_time() - begun) / count


def main() -> None:
    """Print a line for every document and the sums."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--print", action="store_true", dest="again")
    parser.add_argument("--untagged", action="store_true")
    arguments = parser.parse_args()
    if arguments.untagged:
        vars(pdf_page)["page_tags"] = lambda _: Tags()
    chosen = [made for made in documents() if not arguments.names or made.name in arguments.names]
    if arguments.again:
        for made in chosen:
            print_again(made)
    held = {made.name for made in kept_back()}
    results: dict[tuple[str, str], Result] = defaultdict(Result)
    contents = [pdf_of(made) for made in chosen]
    for made, content in zip(chosen, contents, strict=True):
        cells, order = measure(made, content)
        half = "kept back" if made.name in held else "tuned"
        for key in ((made.kind, half), (made.kind, "all")):
            results[key].cells += cells
            results[key].orders.append(order)
        print(f"{made.name:30} {made.kind:8} {half:9} cells {cells.f1:.3f} order {order:.2f}")
    for (kind, half), result in sorted(results.items()):
        orders = sum(result.orders) / len(result.orders)
        print(f"{kind:8} {half:9} {len(result.orders):3} documents: cells {result.cells.f1:.3f} order {orders:.3f}")
    ours = seconds_a_page(lambda content: load(made_files.source(content, "x.pdf"), LIMITS), contents)
    plain = seconds_a_page(_running, contents)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{1000 * ours:.1f} ms a page, {ours / plain:.1f} times PDFium's running text; peak {peak:.0f} MiB")


if __name__ == "__main__":
    main()
