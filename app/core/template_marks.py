"""The control marks of chat templates, broken up in every text that reaches a model.

A server reads such a mark in a message as its own: a passage could end its message and begin one of the system.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """Marks of one family of models."""

    name: str
    marks: tuple[str, ...]
    source: str  # file in which the family's publisher lists them


FAMILIES = (
    Family(
        "ChatML (Qwen, Yi, InternLM, Hermes, SmolLM, LFM)",
        (
            "<|im_start|>",
            "<|im_end|>",
            "<|im_sep|>",
            "<|endoftext|>",
            "<tool_call>",
            "</tool_call>",
            "<tool_response>",
            "</tool_response>",
            "<tools>",
            "</tools>",
        ),
        "Qwen/Qwen2.5-7B-Instruct: tokenizer_config.json",
    ),
    Family(
        "Llama 3 and 4",
        (
            "<|begin_of_text|>",
            "<|start_header_id|>",
            "<|end_header_id|>",
            "<|eot_id|>",
            "<|eom_id|>",
            "<|python_tag|>",
            "<|header_start|>",
            "<|header_end|>",
            "<|eot|>",
        ),
        "meta-llama/Llama-3.3-70B-Instruct and Llama-4-Scout: tokenizer_config.json",
    ),
    Family("Llama 2", ("[INST]", "[/INST]", "<<SYS>>", "<</SYS>>", "<s>", "</s>"), "meta-llama/llama: generation.py"),
    Family(
        "Mistral",
        (
            "[INST]",
            "[/INST]",
            "[SYSTEM_PROMPT]",
            "[/SYSTEM_PROMPT]",
            "[AVAILABLE_TOOLS]",
            "[/AVAILABLE_TOOLS]",
            "[TOOL_RESULTS]",
            "[/TOOL_RESULTS]",
            "[TOOL_CALLS]",
            "[TOOL_CONTENT]",
            "[ARGS]",
            "[CALL_ID]",
            "[IMG]",
            "[THINK]",
            "[/THINK]",
            "[PREFIX]",
            "[MIDDLE]",
            "[SUFFIX]",
        ),
        "mistralai/mistral-common: tokens/tokenizers/base.py (SpecialTokens)",
    ),
    Family(
        "Gemma 1 to 3",
        ("<start_of_turn>", "<end_of_turn>", "<bos>", "<eos>", "<start_of_image>"),
        "google/gemma-3-4b-it: tokenizer_config.json",
    ),
    Family(
        "Gemma 4",
        (
            "<|turn>",
            "<turn|>",
            "<|channel>",
            "<channel|>",
            "<|tool>",
            "<tool|>",
            "<|tool_call>",
            "<tool_call|>",
            "<|think|>",
        ),
        "google/gemma-4: chat_template.jinja",
    ),
    Family(
        "Phi",
        ("<|system|>", "<|user|>", "<|assistant|>", "<|end|>", "<|tool|>", "<|/tool|>"),
        "microsoft/Phi-4-mini-instruct: tokenizer_config.json",
    ),
    Family(
        "EXAONE",
        ("[|system|]", "[|user|]", "[|assistant|]", "[|endofturn|]", "[|tool|]"),
        "LGAI-EXAONE/EXAONE-4.0-1.2B: tokenizer_config.json",
    ),
    Family(
        "DeepSeek",
        ("<｜User｜>", "<｜Assistant｜>", "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "<think>", "</think>"),
        "deepseek-ai/DeepSeek-V3: tokenizer_config.json",
    ),
    Family(
        "Command R and A",
        ("<|START_OF_TURN_TOKEN|>", "<|END_OF_TURN_TOKEN|>", "<|SYSTEM_TOKEN|>", "<|USER_TOKEN|>", "<|CHATBOT_TOKEN|>"),
        "CohereLabs/c4ai-command-r: tokenizer_config.json",
    ),
    Family(
        "gpt-oss (harmony)",
        ("<|start|>", "<|message|>", "<|channel|>", "<|return|>", "<|call|>", "<|constrain|>"),
        "openai/harmony: docs/format.md",
    ),
    Family(
        "Granite", ("<|start_of_role|>", "<|end_of_role|>", "<|end_of_text|>"), "ibm-granite: tokenizer_config.json"
    ),
    Family("GLM", ("[gMASK]", "<sop>", "<|observation|>"), "zai-org/GLM-4: tokenizer_config.json"),
    Family("Kimi", ("<|im_user|>", "<|im_assistant|>", "<|im_system|>", "<|im_middle|>"), "moonshotai/Kimi-K2"),
    Family("MiniMax", ("]~b]", "]~!b[", "[e~["), "MiniMaxAI/MiniMax-M2: chat_template.jinja"),
    Family("Seed-OSS", ("<seed:bos>", "<seed:eos>", "<seed:think>"), "ByteDance-Seed/Seed-OSS: tokenizer_config.json"),
    Family("Nemotron", ("<extra_id_0>", "<extra_id_1>", "<SPECIAL_10>"), "nvidia/Nemotron: tokenizer_config.json"),
)
# The shapes of marks cover families that are not listed: <|…|>, <|…>, <…|>, [|…|]. The others are listed above.
_SHAPES = (
    r"<[|｜][^<>\n]{1,60}>|</?[^<>\s|｜]{1,40}[|｜]>|\[[|｜][^\[\]\n]{1,40}[|｜]\]|<(?:extra_id_|SPECIAL_)\d{1,3}>"
)
_SHAPED = re.compile(_SHAPES)
_LISTED = sorted({mark for family in FAMILIES for mark in family.marks if not _SHAPED.fullmatch(mark)}, key=len)
_MARK = re.compile("|".join((_SHAPES, *map(re.escape, reversed(_LISTED)))), re.IGNORECASE)


def broken_up(text: str) -> str:
    """The text with a blank inside every mark, so that no tokenizer takes it for one."""
    return _MARK.sub(lambda mark: f"{mark.group()[0]} {mark.group()[1:]}", text)


def has_mark(text: str) -> bool:
    """Whether a text has a mark of a chat template."""
    return _MARK.search(text) is not None
