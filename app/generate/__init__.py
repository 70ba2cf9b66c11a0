"""Messages go in, the answer streams out: the chat model of Ollama, an OpenAI-compatible server or llama.cpp inside.

choose.py picks the server, offered.py the model of a chat. ollama.py and openai_compatible.py talk to it, *_server.py
read its properties. base.py turns LangChain's stream into text and a checked Usage. background.py makes it stoppable,
tokens.py estimates token counts, failures.py translates errors.
"""

from app.core.chat import ChatModel
from app.generate.choose import build_chat_model, offered_models
from app.generate.offered import OfferedModels
from app.generate.options import CallOptions

__all__ = ["CallOptions", "ChatModel", "OfferedModels", "build_chat_model", "offered_models"]
