"""Questions of a folder in BEIR's layout."""

import json
from pathlib import Path

from app.quality.evaluation.questions import of_folder
from app.quality.expected.golden import Expected


def test_a_line_separator_within_a_text_ends_no_line(tmp_path: Path) -> None:
    rows: dict[str, list[dict[str, object]]] = {
        "corpus": [{"_id": "d", "title": "", "text": "One\u2028two."}],
        "queries": [{"_id": "q", "text": "What\u2028is\x85it?"}, {"_id": "other", "text": "Not judged?"}],
        "answers": [{"id": "q", "answers": ["two\u2028"], "spans": [[4, 3]]}],
    }
    for name, lines in rows.items():
        written = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in lines)
        (tmp_path / f"{name}.jsonl").write_text(written, "utf-8")
    (tmp_path / "qrels.tsv").write_text("q\td\t1\n", "utf-8")
    (question,) = of_folder(tmp_path).questions
    assert question.text == "What\u2028is\x85it?"
    assert question.expected == (Expected(source_uri="d", grade=1, start_char=4, end_char=7),)
