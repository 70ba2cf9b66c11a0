"""The settings, read once at the start from FOREMOST_* variables and a .env file; unknown names are refused."""

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
    """Every setting, its default and its unit. app/core/SETTINGS.md is made of the descriptions."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, populate_by_name=True
    )

    # storage
    database_url: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("DATABASE_URL", "FOREMOST_DATABASE_URL"),
        description="PostgreSQL 16+ with pgvector 0.8+ (better 0.8.4+); if unset, an embedded server runs "
        "in the data directory",
    )
    data_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("foremost")),
        description="folder of the embedded database and of model files",
    )

    # first stage
    embedding_model: Annotated[str, Shapes.RANKING] = Field(
        default="all-MiniLM-L6-v2",
        description="embedding model: all-MiniLM-L6-v2, multilingual-e5-small, a folder, or hub id",
    )
    candidates: Annotated[int, Shapes.TUNED] = Field(
        default=50, ge=1, le=1000, description="passages that the first stage returns"
    )
    leg_candidates: Annotated[int, Shapes.RANKING] = Field(
        default=100, ge=1, le=1000, description="passages that each leg (vector, full text) contributes to the fusion"
    )
    vector_weight: Annotated[float, Shapes.RANKING] = Field(
        default=1.0, ge=0, description="weight of the vector leg in the fusion"
    )
    text_weight: Annotated[float, Shapes.RANKING] = Field(
        default=1.0, ge=0, description="weight of the full-text leg in the fusion"
    )
    hnsw_ef_search: Annotated[int, Shapes.RANKING] = Field(
        default=200, ge=1, le=1000, description="length of the HNSW search list; never less than leg_candidates"
    )

    # plan
    plan: Annotated[bool, Shapes.RANKING] = Field(
        default=True,
        description="1: a question with several parts, or one that compares, is searched part by part; lists, sums "
        "over tables and summaries are made from whole documents; 0: every question is searched once",
    )
    plan_seconds: Annotated[int, Shapes.ANSWER] = Field(
        default=20, ge=1, description="time for searching the parts of a question, seconds; then the whole alone counts"
    )
    summary_seconds: Annotated[int, Shapes.ANSWER] = Field(
        default=240,
        ge=10,
        description="time for reading a document for its summary, seconds; then what was read is summed up",
    )

    # second stage
    reranker: Annotated[str, Shapes.TUNED] = Field(
        default="auto",
        description="auto (the best one included), none, late-interaction, cross-encoder, or a folder or hub id",
    )
    rerank_budget_ms: Annotated[int, Shapes.ANSWER] = Field(
        default=5000, ge=0, description="time limit of reranking, milliseconds; 0: no limit"
    )
    rerank_cache_mib: int = Field(
        default=2048,
        ge=0,
        description="disk space for vectors of passages that the built-in reranker has read, MiB; 0: none are kept",
    )
    relevance_floor: Annotated[Fraction, Shapes.TUNED] = Field(
        default=0.2, description="relevance (0..1) that a passage needs to go into the prompt"
    )

    # prompt
    passages: Annotated[int, Shapes.TUNED] = Field(
        default=5, ge=1, le=50, description="largest number of passages in the prompt"
    )
    passages_tokens: Annotated[int, Shapes.ANSWER] = Field(
        default=1000, ge=100, description="token budget of the passages; less if the model's context is too short"
    )

    section_tokens: Annotated[int, Shapes.ANSWER] = Field(
        default=0,
        ge=0,
        description="tokens that the rest of their sections may add to the passages in the prompt; 0: nothing is added",
    )

    # chat model
    chat_backend: Literal["auto", "ollama", "openai", "embedded"] = Field(
        default="auto",
        description="auto: an OpenAI-compatible server if its address is set, else Ollama if it runs and "
        "has a chat model, else embedded",
    )
    chat_model: str = Field(default="", description="name of the chat model; empty: the server's first one")
    ollama_url: str = Field(
        default="http://127.0.0.1:11434",
        validation_alias=AliasChoices("FOREMOST_OLLAMA_URL", "OLLAMA_HOST"),
        description="address of Ollama",
    )
    openai_url: str = Field(default="", description="address of an OpenAI-compatible server, ending in /v1")
    openai_api_key: SecretStr = Field(default=SecretStr(""), description="API key of that server, if it needs one")
    context_tokens: Annotated[int, Shapes.ANSWER] = Field(
        default=4096, ge=512, description="context length requested in every call, tokens (num_ctx)"
    )
    answer_tokens: Annotated[int, Shapes.ANSWER] = Field(default=400, ge=16, description="longest answer, tokens")
    temperature: Annotated[float, Shapes.ANSWER] = Field(default=0.0, ge=0, le=2, description="sampling temperature")
    seed: Annotated[int, Shapes.ANSWER] = Field(default=7, description="sampling seed")
    timeout_seconds: int = Field(default=300, ge=1, description="longest silence of the model server, seconds")

    # citations
    support_floor: Annotated[Fraction, Shapes.ANSWER] = Field(
        default=0.55, description="support (0..1) that a sentence without a marker needs to be attributed to a passage"
    )

    # documents
    collection: str = Field(default="default", min_length=1, max_length=200, description="collection to ingest into")
    max_file_mib: int = Field(default=100, ge=1, description="largest file, MiB")
    load_memory_mib: int = Field(default=800, ge=100, description="memory for loading one file, MiB")
    load_seconds: int = Field(default=120, ge=1, description="time for loading one document, seconds")
    load_cpu_seconds: int = Field(default=60, ge=1, description="processor time for loading one document, seconds")
    load_characters: int = Field(default=10_000_000, ge=1000, description="longest text of one document, characters")
    load_unpacked_mib: int = Field(default=200, ge=1, description="unpacked size of one archive or document, MiB")
    load_entries: int = Field(default=2000, ge=1, description="largest number of documents in one archive")
    load_pages: int = Field(default=20_000, ge=1, description="largest number of pages of one document")
    load_nesting: int = Field(default=3, ge=0, description="depth of archives within archives; 0: none is opened")
    ocr_seconds: int = Field(
        default=600, ge=0, description="time for the scanned pages of one document, seconds; 0: none is recognised"
    )
    ocr_languages: str = Field(
        default="",
        description="languages of scanned pages by tesseract's names, for example deu+eng; empty: all installed",
    )
    document_passages: int = Field(default=20_000, ge=1, description="largest number of passages of one document")
    document_embed_seconds: int = Field(
        default=1800, ge=1, description="time for embedding one document, seconds; what is done by then is kept"
    )

    # web addresses as sources
    web_pages: int = Field(default=1000, ge=1, description="largest number of pages read or checked of one web address")
    web_seconds: int = Field(default=3600, ge=1, description="time for one web address with all its pages, seconds")
    web_mib: int = Field(default=1000, ge=1, description="largest amount received from one web address, MiB")
    web_page_seconds: int = Field(default=60, ge=1, description="time for receiving one page or file, seconds")
    web_delay_seconds: float = Field(
        default=0.5,
        ge=0,
        le=60,
        description="pause between two requests to a site, seconds; robots.txt may ask for more",
    )
    web_private_networks: str = Field(
        default="",
        description="inner networks whose pages may be read, for example 10.1.0.0/16,192.168.0.0/16; all: every one",
    )

    # mailboxes, buckets, WebDAV folders and repositories as sources
    source_logins: Path | None = Field(
        default=None,
        description="file with logins of servers in netrc's form: machine HOST login USER password PASSWORD",
    )
    s3_endpoint: str = Field(
        default="https://s3.amazonaws.com", description="address of the S3-compatible server, without a path"
    )
    s3_region: str = Field(default="", description="region of that server; empty: it is asked")

    # page
    host: str = Field(default="127.0.0.1", description="address the page binds to")
    port: int = Field(default=7860, ge=0, le=65535, description="port of the page; 0: any free port")
    allowed_hosts: str = Field(
        default="",
        description="host names the page answers to beside 127.0.0.1 and localhost, separated by commas; *: any",
    )
    open: bool = Field(default=False, description="1: other machines may use the page without a login")
    trusted_proxies: str = Field(
        default="",
        description="addresses or networks of proxies whose forwarded headers are believed, separated by commas",
    )
    root_path: str = Field(
        default="",
        pattern=r"^(/[A-Za-z0-9._~-]+)*$",
        description="path under which a proxy offers the page, for example /foremost",
    )
    request_seconds: int = Field(default=30, ge=1, description="longest pause within a request, seconds")
    metrics_token: SecretStr = Field(
        default=SecretStr(""), description="bearer token that /metrics needs; a page with a login has none without it"
    )
    otlp_url: str = Field(
        default="",
        description="address of an OpenTelemetry collector that is sent spans of every answer, for example "
        "http://127.0.0.1:4318; empty: none",
    )
    recall_hours: float = Field(
        default=24, ge=0, description="time between two checks of the vector index while the page runs, hours; 0: none"
    )
    session_idle_minutes: int = Field(default=480, ge=1, description="pause after which a login ends, minutes")
    session_hours: int = Field(default=168, ge=1, description="time after which a login ends in any case, hours")
    login_user: str = Field(default="", description="user name for the page's login; empty: no login")
    login_password: SecretStr = Field(default=SecretStr(""), description="password for the page's login")
    user_header: str = Field(
        default="", description="header in which a trusted proxy names the user it has signed in; empty: own sign-in"
    )
    oidc_issuer: str = Field(
        default="", description="issuer of the OpenID Connect provider where users sign in; empty: own sign-in"
    )
    oidc_client_id: str = Field(default="", description="id under which that provider knows this server")
    oidc_client_secret: SecretStr = Field(default=SecretStr(""), description="secret that it gave to this server")
    oidc_claim: str = Field(
        default="email", min_length=1, description="what it says of a person that is the name of a user"
    )
    oidc_create: bool = Field(
        default=False, description="1: who signs in there and is no user yet becomes a reader without rights of its own"
    )
    audit_days: int = Field(
        default=365, ge=0, description="age at which a page with users removes lines of its audit, days; 0: never"
    )
    answers_at_once: int = Field(
        default=0,
        ge=0,
        description="answers that are written at the same time, other questions wait in line; 0: 2 with the embedded "
        "model, 8 with a server",
    )
    user_questions_at_once: int = Field(
        default=0, ge=0, description="answers that are written for one user at the same time; 0: no limit"
    )
    user_questions_per_minute: int = Field(
        default=0, ge=0, description="questions that one user may ask in a minute; 0: no limit"
    )
    user_upload_mib_per_day: int = Field(
        default=0, ge=0, description="size of the files that one user may send in 24 hours, MiB; 0: no limit"
    )


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
    """Field name -> name of its environment variable in the documentation."""
    names: dict[str, str] = {}
    for name, info in Settings.model_fields.items():
        alias = info.validation_alias
        first = alias.choices[0] if isinstance(alias, AliasChoices) else None
        names[name] = first if isinstance(first, str) else PREFIX + name.upper()
    return names


def load_settings(**overrides: object) -> Settings:
    """Settings from the environment and .env; keyword arguments override them. Raises SettingsError."""
    known = set(variable_names().values()) | {PREFIX + name.upper() for name in Settings.model_fields}
    given = set(os.environ) | set(_dotenv_names(Path(".env")))
    unknown = sorted(name for name in given if name.upper().startswith(PREFIX) and name.upper() not in known)
    if unknown:
        raise SettingsError(
            f"Unknown setting {', '.join(unknown)}.", fix="`python -m app settings` lists the known ones."
        )
    try:
        settings = Settings(**overrides)  # type: ignore[arg-type]  # overrides are checked by pydantic itself
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        name = variable_names().get(field, field)
        raise SettingsError(f"Setting {name} is wrong: {first['msg']} (given: {first['input']!r}).") from error
    if bool(settings.login_user) != bool(settings.login_password.get_secret_value()):
        raise SettingsError(
            "Only one of FOREMOST_LOGIN_USER and FOREMOST_LOGIN_PASSWORD is set.", fix="Set both of them, or neither."
        )
    return settings


def _dotenv_names(path: Path) -> list[str]:
    """Names in a .env file: a misspelt one is refused there too."""
    if not path.is_file():
        return []
    lines = (line.strip().removeprefix("export ") for line in path.read_text("utf-8").splitlines())
    return [line.split("=", 1)[0].strip() for line in lines if "=" in line and not line.startswith("#")]
