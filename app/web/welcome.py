"""The first screen: the size of the corpus, example questions, and the purpose of the right side."""

from collections.abc import Mapping, Sequence

from app.web.highlight import escape


def render_welcome(counts: Mapping[str, int], examples: Sequence[str]) -> str:
    """The number of documents and their collections with example questions, or how to add documents."""
    total = sum(counts.values())
    if total == 0:
        lead = (
            '<p>There are no documents yet.</p><p><button type="button" class="fm-link" data-act="adddocs">Add '
            "documents</button> or run <code>python -m ingest PATH</code>.</p>"
        )
        return f'<div class="fm-welcome"><h2>Ask your own documents.</h2>{lead}</div>'
    filled = [name for name, count in counts.items() if count]
    names = ", ".join(f"<b>{escape(name)}</b>" for name in filled[:5]) + (" and more" if len(filled) > 5 else "")
    documents = "1 document" if total == 1 else f"{total:,} documents"
    where = f"in {names}" if len(filled) == 1 else f"in {len(filled)} collections: {names}"
    buttons = "".join(
        f'<li><button type="button" class="fm-example" data-act="example" data-question="{escape(question)}">'
        f"{escape(question)}</button></li>"
        for question in examples
    )
    listed = f'<ul class="fm-examples" aria-label="Example questions">{buttons}</ul>' if buttons else ""
    return (
        '<div class="fm-welcome"><h2>Ask your own documents.</h2>'
        f"<p>{documents} {where}. Every answer shows the passages it is based on and how each was ranked.</p>"
        f"{listed}</div>"
    )


def render_no_sources() -> str:
    """The right side before there is an answer."""
    return (
        '<div class="fm-empty"><h2>Sources</h2><p>The passages behind an answer appear here, strongest first: where '
        "each one is from, how search and reranking ranked it, and whether the answer cites it.</p></div>"
    )
