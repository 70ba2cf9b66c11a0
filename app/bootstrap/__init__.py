"""Composition root: builds the services of the page and the commands from the settings."""

from app.bootstrap.chat_models import answer_prompt, open_chat_model
from app.bootstrap.databases import check_database, migrate_database, open_backup, open_database
from app.bootstrap.searching import SearchServices, build_diagnosis, open_searcher
from app.bootstrap.services import Services, open_gate, open_services, replaying

__all__ = [
    "SearchServices",
    "Services",
    "answer_prompt",
    "build_diagnosis",
    "check_database",
    "migrate_database",
    "open_backup",
    "open_chat_model",
    "open_database",
    "open_gate",
    "open_searcher",
    "open_services",
    "replaying",
]
