"""Settings: read once, at the door, from FOREMOST_* variables and a .env file; unknown names are refused."""

import os
from enum import IntEnum
from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.core.errors import SettingsError

PREFIX = "FOREMOST_"
Fraction = Annotated[float, Field(ge=0, le=1)]
SettingValue = str | int | float | bool | None


class Shapes(IntEnum):
    """Mark of a setting that shapes answers; a higher level implies the lower ones."""

    ANSWER = 1  # every answer records it
    RANKING = 2  # every evaluation records it too
    TUNED = 3  # `dial` and `evaluate --floor` can apply a value of it


class Settings(BaseSettings):
    """Every setting, its default and its unit. Field descriptions are the reference in the README."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, populate_by_name=True
    )

    # where things are
    database_url: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("DATABASE_URL", "FOREMOST_DATABASE_URL"),
        description="PostgreSQL 16+ with pgvector 0.8+; unset starts the embedded server in the data directory",
    )
    data_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("foremost")),
        description="embedded database and model files",
    )

    # first stage
    embedding_model: Annotated[str, Shapes.RANKING] = Field(
        default="all-MiniLM-L6-v2", description="built-in name, a folder, or a hub id"
    )
    candidates: Annotated[int, Shapes.TUNED] = Field(
        default=50, ge=1, le=1000, description="passages the hybrid statement returns"
    )
    leg_candidates: Annotated[int, Shapes.RANKING] = Field(
        default=100, ge=1, le=1000, description="passages each leg contributes to the fusion"
    )
    vector_weight: Annotated[float, Shapes.RANKING] = Field(
        default=1.0, ge=0, description="weight of the vector leg in the fusion"
    )
    text_weight: Annotated[float, Shapes.RANKING] = Field(
        default=1.0, ge=0, description="weight of the full-text leg in the fusion"
    )
    hnsw_ef_search: Annotated[int, Shapes.RANKING] = Field(
        default=200, ge=1, le=1000, description="HNSW search list; at least leg_candidates"
    )

    # second stage
    reranker: Annotated[str, Shapes.TUNED] = Field(
        default="auto",
        description="auto (the best that is shipped), none, late-interaction, a folder, or a hub id of a cross-encoder",
    )
    rerank_budget_ms: Annotated[int, Shapes.ANSWER] = Field(
        default=5000, ge=0, description="time limit of reranking, milliseconds; 0 is none"
    )
    relevance_floor: Annotated[Fraction, Shapes.TUNED] = Field(
        default=0.2, description="a passage is worth using when its relevance (0..1) reaches this"
    )

    # packing
    passages: Annotated[int, Shapes.TUNED] = Field(
        default=5, ge=1, le=50, description="passages that go into the prompt at most"
    )
    passages_tokens: Annotated[int, Shapes.ANSWER] = Field(
        default=1000, ge=100, description="tokens of all passages at most, if they fit"
    )

    # chat model
    chat_backend: Literal["auto", "ollama", "openai", "embedded"] = Field(
        default="auto",
        description="auto: an OpenAI-compatible server when its address is set, else Ollama when it answers and has a "
        "chat model, else embedded",
    )
    chat_model: str = Field(default="", description="model name; empty takes the server's first chat model")
    ollama_url: str = Field(
        default="http://127.0.0.1:11434",
        validation_alias=AliasChoices("FOREMOST_OLLAMA_URL", "OLLAMA_HOST"),
        description="address of Ollama",
    )
    openai_url: str = Field(default="", description="address of an OpenAI-compatible server, ending in /v1")
    openai_api_key: SecretStr = Field(default=SecretStr(""), description="its key, if it wants one")
    context_tokens: Annotated[int, Shapes.ANSWER] = Field(
        default=4096, ge=512, description="context asked of the model in every call (num_ctx)"
    )
    answer_tokens: Annotated[int, Shapes.ANSWER] = Field(default=400, ge=16, description="longest answer, tokens")
    temperature: Annotated[float, Shapes.ANSWER] = Field(default=0.0, ge=0, le=2, description="sampling temperature")
    seed: Annotated[int, Shapes.ANSWER] = Field(default=7, description="sampling seed")
    timeout_seconds: int = Field(default=300, ge=1, description="longest silence of the model server")

    # citations
    support_floor: Annotated[Fraction, Shapes.ANSWER] = Field(
        default=0.55, description="an unmarked sentence is attributed when its support (0..1) reaches this"
    )

    # documents
    collection: str = Field(default="default", min_length=1, max_length=200, description="collection to ingest into")
    max_file_mib: int = Field(default=100, ge=1, description="larger files are refused, MiB")
    load_memory_mib: int = Field(default=800, ge=100, description="memory that reading one file may take, MiB")
    load_seconds: int = Field(default=120, ge=1, description="time that reading one document may take, seconds")
    load_cpu_seconds: int = Field(default=60, ge=1, description="processor time of the same, seconds")
    load_characters: int = Field(default=10_000_000, ge=1000, description="characters of text in one document")
    load_unpacked_mib: int = Field(default=200, ge=1, description="what one archive or document unpacks to, MiB")
    load_entries: int = Field(default=2000, ge=1, description="documents in one archive")
    load_pages: int = Field(default=20_000, ge=1, description="pages of one document")
    load_nesting: int = Field(default=3, ge=0, description="archives within archives; 0 opens none")
    ocr_seconds: int = Field(
        default=600, ge=0, description="time for the scanned pages of one document, seconds; 0 recognises none"
    )
    ocr_languages: str = Field(
        default="", description="languages of scanned pages as tesseract names them, for example deu+eng; empty: all"
    )

    # page
    host: str = Field(default="127.0.0.1", description="address the page binds to")
    port: int = Field(default=7860, ge=0, le=65535, description="port of the page; 0 takes a free one")
    allowed_hosts: str = Field(
        default="",
        description="names the page may be called by, with commas, when a proxy stands before it; * is any. A page "
        "bound to 127.0.0.1 answers to that and localhost only, any other bound address to all names unless some are "
        "given",
    )
    login_user: str = Field(default="", description="name for the page's login; empty asks for none")
    login_password: SecretStr = Field(default=SecretStr(""), description="password for the page's login")


def shaping_names(level: Shapes) -> tuple[str, ...]:
    """Names of the settings marked with this level or a higher one, in the order of their definition."""
    return tuple(
        name
        for name, info in Settings.model_fields.items()
        if any(isinstance(mark, Shapes) and mark >= level for mark in info.metadata)
    )


def shaping_values(settings: Settings, level: Shapes) -> dict[str, SettingValue]:
    """The settings marked with this level or a higher one, with their values."""
    return {name: getattr(settings, name) for name in shaping_names(level)}


def variable_names() -> dict[str, str]:
    """Field name -> the environment variable it is documented under."""
    names: dict[str, str] = {}
    for name, info in Settings.model_fields.items():
        alias = info.validation_alias
        first = alias.choices[0] if isinstance(alias, AliasChoices) else None
        names[name] = first if isinstance(first, str) else PREFIX + name.upper()
    return names


def load_settings(**overrides: object) -> Settings:
    """Settings from the environment and .env; keyword arguments win. Raises SettingsError in one line."""
    known = set(variable_names().values()) | {PREFIX + name.upper() for name in Settings.model_fields}
    given = set(os.environ) | set(_dotenv_names(Path(".env")))
    unknown = sorted(name for name in given if name.upper().startswith(PREFIX) and name.upper() not in known)
    if unknown:
        raise SettingsError(f"Unknown setting {', '.join(unknown)}. `python -m app settings` lists the known ones.")
    try:
        settings = Settings(**overrides)  # type: ignore[arg-type]  # overrides are checked by pydantic itself
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        name = variable_names().get(field, field)
        raise SettingsError(f"Setting {name} is wrong: {first['msg']} (given: {first['input']!r}).") from error
    if bool(settings.login_user) != bool(settings.login_password.get_secret_value()):
        raise SettingsError("Set both FOREMOST_LOGIN_USER and FOREMOST_LOGIN_PASSWORD, or neither.")
    return settings


def _dotenv_names(path: Path) -> list[str]:
    """Names set in a .env file, so that a misspelt one is refused there too."""
    if not path.is_file():
        return []
    lines = (line.strip().removeprefix("export ") for line in path.read_text("utf-8").splitlines())
    return [line.split("=", 1)[0].strip() for line in lines if "=" in line and not line.startswith("#")]
