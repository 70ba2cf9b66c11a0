"""LlamaIndex's OpenAILike against a running server; in .venv-peers, since it asks for an older openai than ours.

.venv-peers/bin/python tests/bench/openai_like.py http://127.0.0.1:7860/v1 KEY "When does the nightly backup run?"
Imports nothing of this project. Prints an answer, a stream and a follow-up; exits with 1 when one has
no verdict.
"""

import argparse
import sys

from llama_index.core.llms import ChatMessage
from llama_index.llms.openai_like import OpenAILike


def main() -> None:
    """Ask, stream, and ask a follow-up."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("address", "key", "question"):
        parser.add_argument(name)
    options = parser.parse_args()
    model = OpenAILike(model="foremost", api_base=options.address, api_key=options.key, is_chat_model=True)
    asked = ChatMessage(role="user", content=options.question)
    answer = model.chat([asked])
    streamed = "".join(piece.delta or "" for piece in model.stream_chat([asked]))
    follow_up = model.chat([asked, answer.message, ChatMessage(role="user", content="And why?")])
    texts = [answer.message.content or "", streamed, follow_up.message.content or ""]
    print(*texts, sep="\n=====\n")
    sys.exit(not all("\nChecked: " in text for text in texts))


if __name__ == "__main__":
    main()
