"""`python -m tests.quality.diagnosis`: 200 injected faults, and how many of them `why` names rightly.

Documents of COVID-QA (long articles) and XQuAD (paragraphs of an article in one file) are ingested as files into one
collection of a database of its own. tests/support/faults.py defines the faults and the verdicts that count as right.
"""

import argparse
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from app.commands.console import quiet_libraries
from app.core import database
from app.core.models.find import build_embedder
from app.core.settings import load_settings
from app.quality.expected.words import fold
from tests.quality.sets import FOLDER
from tests.support.faults import FileQuestion, Outcome, Workplace, faults_of, has_a_chance, in_prompt, inject

WANTED: Mapping[str, int] = {  # cases; 200 in all
    "missing/deleted": 17, "missing/unreadable": 17, "split/middle": 33, "weight/vector": 17, "weight/text": 17,
    "candidates/100": 17, "candidates/5": 16, "reranker/inverted": 17, "reranker/drawn": 16, "budget/tokens": 13,
    "budget/context": 13, "budget/time": 7,
}  # fmt: skip
FLOOR = 0.95
_AT_ONCE = 4  # faults injected for one question
_FRUITLESS = 60  # injections without any effect, after which another variant of the fault takes a variant's share
_LEAST_WORDS = 4  # of a quote
_LONGEST_QUOTE = 400  # characters
console = Console(width=140)
Case = dict[str, Any]  # one injection, as it is kept between runs


def main() -> None:
    """Measure and print; exits with 1 below the floor."""
    options = argparse.ArgumentParser()
    options.add_argument("--share", type=float, default=1.0, help="part of the cases, for a quick run")
    options.add_argument("--only", default="", help="beginning of the variants to run")
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--minutes", type=float, default=1e9, help="stop after so many; the next run continues")
    options.add_argument("--data", type=Path, help="folder that keeps the corpus and every case between runs")
    chosen = options.parse_args()
    quiet_libraries()
    wanted = {
        name: max(1, round(count * chosen.share)) for name, count in WANTED.items() if name.startswith(chosen.only)
    }
    until = time.monotonic() + 60 * chosen.minutes
    with tempfile.TemporaryDirectory(prefix="foremost-faults-", ignore_cleanup_errors=True) as name:
        folder = chosen.data or Path(name)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        cases = measure(folder, wanted, chosen.seed, until)
    effective = [case for case in cases if case["effective"]]
    right = report(cases)
    sys.exit(0 if right >= FLOOR * len(effective) else 1)


def measure(folder: Path, wanted: Mapping[str, int], seed: int, until: float) -> list[Case]:
    """Every injection, effective or not, until there are as many cases of every variant as wanted."""
    settings = load_settings(data_dir=folder)
    engine = database.engine_for(database.start_embedded(folder))
    embedder = build_embedder(settings.embedding_model, folder)
    database.migrate(engine, embedding_dimension=embedder.dimension)
    workplace = Workplace(engine, embedder, settings)
    try:
        questions = _ingested(workplace, folder / "files")
        random.Random(seed).shuffle(questions)
        return _cases(workplace, questions, wanted, folder / "cases.jsonl", until)
    finally:
        engine.dispose()


def _cases(
    workplace: Workplace, questions: Sequence[FileQuestion], wanted: Mapping[str, int], kept: Path, until: float
) -> list[Case]:
    cases: list[Case] = [json.loads(line) for line in kept.read_text("utf-8").splitlines()] if kept.exists() else []
    tried = Counter(case["key"] for case in cases)
    left = Counter(wanted) - Counter(case["key"] for case in cases if case["effective"])
    first = max((case["position"] for case in cases), default=-1) + 1
    with Progress(console=Console(stderr=True)) as bar, kept.open("a", encoding="utf-8") as file:
        task = bar.add_task("faults", total=sum(wanted.values()), completed=sum(wanted.values()) - left.total())
        for position, question in enumerate(questions[first:], first):
            open_ones = [name for name, count in left.items() if count > 0]
            if not open_ones or time.monotonic() > until:
                break
            hit = workplace.candidate_of(question)
            done = {case["key"] for case in cases if case.get("question") == question.text}
            chosen = [name for name in open_ones if hit and name not in done and has_a_chance(name, hit, workplace.few)]
            if not chosen or not in_prompt(workplace.ask(question.text, workplace.settings), question.quote):
                continue  # lost already, without any fault
            faults = faults_of(workplace, question)
            for name in sorted(chosen, key=lambda key: tried[key])[:_AT_ONCE]:
                if tried[name] == _FRUITLESS and left[name] == wanted[name] and _sibling(name, wanted):
                    left[_sibling(name, wanted)] += left.pop(name)
                    continue
                outcome = inject(workplace, question, faults[name]())
                case = {
                    "key": name, "position": position, "question": question.text, "effective": outcome is not None,
                }  # fmt: skip
                case |= _values_of(outcome) if outcome else {}
                cases.append(case)
                file.write(json.dumps(case) + "\n")
                file.flush()
                tried[name] += 1
                left[name] -= outcome is not None
                bar.advance(task, outcome is not None)
    return cases


# ------------------------------------------------------------------------------------------------------ the corpus


def _ingested(workplace: Workplace, folder: Path) -> list[FileQuestion]:
    """Both sets as files, ingested; questions with words that occur once in all of them."""
    folder.mkdir(exist_ok=True)
    questions = [*_covid(folder), *_xquad(folder)]
    texts = {path: path.read_text("utf-8") for path in sorted(folder.iterdir())}
    started = time.perf_counter()
    for path in texts:
        workplace.ingest(path)  # a file that an earlier run ingested is unchanged
    workplace.finish()
    console.print(f"{len(texts)} files ingested in {time.perf_counter() - started:.0f} s")
    everything = fold("\n".join(texts.values()))
    fitting = [item for item in questions if _fits(item.quote) and everything.count(fold(item.quote)) == 1]
    console.print(f"{len(fitting)} of {len(questions)} questions have words that occur once")
    return fitting


def _fits(quote: str) -> bool:
    return len(quote.split()) >= _LEAST_WORDS and len(quote) <= _LONGEST_QUOTE


def _covid(folder: Path) -> Iterator[FileQuestion]:
    """Whole articles; the words are the annotated answer."""
    documents = {row["id"]: row for row in _rows("covidqa_longdocs", "corpus")}
    questions = {row["id"]: row["text"] for row in _rows("covidqa_longdocs", "queries")}
    for number, row in enumerate(documents.values()):
        (folder / f"article-{number:03}.txt").write_text(f"{row['title']}\n\n{row['text']}", "utf-8")
    paths = {identifier: folder / f"article-{number:03}.txt" for number, identifier in enumerate(documents)}
    document_of = dict(
        line.split("\t")[:2] for line in (FOLDER / "covidqa_longdocs" / "qrels.tsv").read_text().splitlines()
    )
    for row in _rows("covidqa_longdocs", "answers"):
        yield FileQuestion(
            text=questions[row["id"]], path=paths[document_of[row["id"]]], quote=row["answers"][0].strip()
        )


def _xquad(folder: Path) -> Iterator[FileQuestion]:
    """The paragraphs of an article in one Markdown file; the words are the sentence that holds the answer."""
    paragraphs = {row["id"]: row for row in _rows("xquad_en", "corpus")}
    questions = {row["id"]: row["text"] for row in _rows("xquad_en", "queries")}
    articles: dict[str, list[str]] = defaultdict(list)
    for row in paragraphs.values():
        articles[row["title"]].append(row["text"])
    for title, texts in articles.items():
        _article(folder, title).write_text(f"# {title}\n\n" + "\n\n".join(texts) + "\n", "utf-8")
    paragraph_of = dict(line.split("\t")[:2] for line in (FOLDER / "xquad_en" / "qrels.tsv").read_text().splitlines())
    for row in _rows("xquad_en", "answers"):
        paragraph = paragraphs[paragraph_of[row["id"]]]
        sentences = re.split(r"(?<=[.!?])\s+", paragraph["text"])
        holding = next((sentence for sentence in sentences if row["answers"][0] in sentence), "")
        yield FileQuestion(text=questions[row["id"]], path=_article(folder, paragraph["title"]), quote=holding)


def _article(folder: Path, title: str) -> Path:
    return folder / f"{re.sub(r'[^A-Za-z0-9]+', '-', title)}.md"


def _rows(name: str, kind: str) -> list[dict[str, Any]]:
    lines = (FOLDER / name / f"{kind}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


# ----------------------------------------------------------------------------------------------------- the figures


def report(cases: Sequence[Case]) -> int:
    """Print the confusion table and whether the remedies helped; returns how many were named rightly."""
    table = Table(title="injected faults and what `why` named", title_justify="left", box=None, pad_edge=False)
    for column in ("fault", "injected", "effective", "right", "named", "first remedy helped"):
        table.add_column(column, justify="left" if column in ("fault", "named") else "right")
    for key in WANTED:
        tried = [case for case in cases if case["key"] == key]
        effective = [case for case in tried if case["effective"]]
        named = ", ".join(
            f"{count} {loss}" for loss, count in Counter(case["named"] for case in effective).most_common()
        )
        helped = [case["helped"] for case in effective if case["helped"] is not None]
        right = sum(case["right"] for case in effective)
        shown = f"{sum(helped)} of {len(helped)}" if helped else "–"
        table.add_row(key, str(len(tried)), str(len(effective)), str(right), named, shown)
    console.print(table)
    effective = [case for case in cases if case["effective"]]
    right = sum(bool(case["right"]) for case in effective)
    console.print(f"[bold]{right} of {len(effective)} named rightly ({right / max(len(effective), 1):.1%})[/]")
    for case in effective:
        if not case["right"]:
            console.print(f"wrong: {case['key']}: {case['named']}. {case['summary']} {case['evidence']}")
            console.print(f"       {case['question']!r} {case['file']}", style="dim")
    return right


def _sibling(name: str, wanted: Mapping[str, int]) -> str:
    """Another variant of the same fault, empty when there is none."""
    fault = name.split("/")[0]
    return next((other for other in wanted if other != name and other.split("/")[0] == fault), "")


def _values_of(outcome: Outcome) -> Case:
    verdict = outcome.verdict
    return {
        "right": outcome.right, "helped": outcome.helped, "named": verdict.loss.text, "summary": verdict.summary,
        "evidence": list(verdict.evidence),
        "remedies": [[remedy.text, dict(remedy.settings), remedy.tried] for remedy in verdict.remedies],
        "quote": outcome.question.quote, "file": outcome.question.path.name,
    }  # fmt: skip


if __name__ == "__main__":
    main()
