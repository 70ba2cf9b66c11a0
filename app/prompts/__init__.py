"""The words said to the model, and nothing else: a name goes in, the text of its .md file comes out."""

from pathlib import Path

NOT_FOUND = "I could not find this in the documents."
"""What the model is told to say, word for word, when the passages do not hold the answer."""


def prompt(name: str) -> str:
    """Text of app/prompts/NAME.md without the blank line at its end; {passages} and {question} are still in it."""
    return Path(__file__).with_name(f"{name}.md").read_text("utf-8").strip().replace("{not_found}", NOT_FOUND)
