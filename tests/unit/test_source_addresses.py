"""Addresses of mailboxes, buckets, WebDAV folders and repositories, and the logins for them."""

from pathlib import Path

import pytest

from app.core.errors import SettingsError
from app.core.names import folder_of
from ingest.sources.address import given_source, is_source
from ingest.sources.login import Login, Logins, is_loopback
from ingest.sources.mailbox import Mailbox
from ingest.sources.repository import Repository
from ingest.sources.webdav import WebDavFolder


def test_an_address_is_taken_apart_and_read_without_escapes() -> None:
    mail = given_source("imaps://ann%40example.org@Mail.Example.org:1993/B%C3%BCro/Pl%C3%A4ne")
    assert (mail.user, mail.server, mail.path) == ("ann@example.org", "mail.example.org:1993", "Büro/Pläne")
    bucket = given_source("s3://Papers/100%25 #1?/")
    assert (bucket.host, bucket.path) == ("Papers", "100%25 #1?")  # a key is what it says
    git = given_source("git+https://example.org/team/hand%20book.git#release/2:docs/plans/")
    assert (git.path, git.fragment) == ("team/hand book.git", "release/2:docs/plans")
    local = given_source("git+file:///srv/git/100%.git")
    assert (local.host, local.path, local.fragment) == ("", "srv/git/100%.git", "")


@pytest.mark.parametrize(
    "word",
    [
        "imap://mail.example.org/INBOX",  # whose mailbox?
        "imaps://ann@/INBOX",
        "webdavs:///folder",
        "webdavs://host:port/folder",
        "webdavs://host/a/../b",
        "webdavs://host/a/%2e%2e/b",
        "s3:///folder",
        "git+https:///x",
        "git+https://example.org/x#a%00b",
    ],
)
def test_an_address_that_cannot_be_read_is_an_error_with_its_form(word: str) -> None:
    with pytest.raises(SettingsError, match=r"Write it as \w+"):
        given_source(word)


@pytest.mark.parametrize("scheme", ["imap", "imaps", "s3", "webdav", "webdavs", "git+https", "git+http"])
def test_a_password_in_an_address_is_refused_and_not_repeated(scheme: str) -> None:
    with pytest.raises(SettingsError, match="holds a password") as caught:
        given_source(f"{scheme}://ann:geheim@example.org/folder")
    assert "geheim" not in str(caught.value)


def test_web_addresses_and_other_schemes_are_no_sources_of_this_kind() -> None:
    assert not any(map(is_source, ("https://example.org/", "git+ext://x", "file:///etc", "notes.md", "s3")))


def test_items_stand_below_an_address_without_user_unless_the_mailbox_is_hers() -> None:
    login = Login(user="ann", password="x")
    assert Mailbox(given_source("imaps://ann@h/A b"), login=login).base == "imaps://ann@h/A%20b/;UID="
    assert Mailbox(given_source("imaps://ann@h/A%20b/;UID=7"), login=login).base == "imaps://ann@h/A%20b/;UID="
    assert WebDavFolder(given_source("webdavs://ann@h/A b/"), login=login).base == "webdavs://h/A%20b"
    assert Repository(given_source("git+https://ann@h/x.git"), login=login).base == "git+https://h/x.git#HEAD:"
    assert Repository(given_source("git+ssh://git@h/x.git#m:docs"), login=None).base == "git+ssh://git@h/x.git#m:docs"


def test_the_folder_of_an_item_is_the_one_that_people_see() -> None:
    assert folder_of("git+https://example.org/team/handbook.git#team/main:plan.md") == "handbook"
    assert folder_of("git+https://example.org/team/handbook.git#main:Rail yards/plan.md") == "Rail yards"
    assert folder_of("s3://papers/Rail yards/plan.md") == "Rail yards"
    assert folder_of("webdavs://cloud.example.org/Rail%20yards/plan.md") == "Rail yards"
    assert folder_of("imaps://ann@mail.example.org/Rail%20yards/;UID=7") == "Rail yards"


# --------------------------------------------------------------------------------------------------------------- logins


def test_logins_are_found_by_host_and_user_in_a_file_in_netrcs_form(tmp_path: Path) -> None:
    file = tmp_path / "logins"
    file.write_text(
        "# of the office\n"
        'machine mail.example.org login ann password "a b\\"#1"\n'
        "machine mail.example.org\n  login bob\n  password b#2\n"
        "default login guest password g\n"
    )
    logins = Logins(file=file)
    assert logins.find("mail.example.org") == Login(user="ann", password='a b"#1')
    assert logins.find("mail.example.org", "bob") == Login(user="bob", password="b#2")
    assert logins.find("elsewhere.example.org") == Login(user="guest", password="g")
    assert logins.find("elsewhere.example.org", "ann") is None
    assert Logins(file=file, password="own").find("mail.example.org", "bob") == Login(user="bob", password="own")
    assert Logins().find("mail.example.org", "ann") is None


@pytest.mark.parametrize("content", ["geheim", 'machine h login a password "geheim', "machine h user geheim"])
def test_a_damaged_file_of_logins_is_an_error_without_its_words(tmp_path: Path, content: str) -> None:
    (tmp_path / "logins").write_text(content)
    with pytest.raises(SettingsError, match="machine HOST login USER password") as caught:
        Logins(file=tmp_path / "logins").find("h")
    assert "geheim" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_login_does_not_show_its_password() -> None:
    login = Login(user="ann", password='ge"heim')
    assert "heim" not in repr(login) + repr(Logins(password="geheim"))
    said = r'LOGIN ann "ge\"heim" failed; ge"heim, ge%22heim, YW5uOmdlImhlaW0=, AGFubgBnZSJoZWlt'
    assert login.hidden(said) == 'LOGIN ann "…" failed; …, …, …, …'


@pytest.mark.parametrize("word", ["webdav://ann@files.example.org/x", "git+http://ann@files.example.org/x.git"])
def test_a_password_never_crosses_a_network_unencrypted(word: str) -> None:
    login = Login(user="ann", password="geheim")
    address = given_source(word)
    with pytest.raises(SettingsError, match=r"unencrypted.*Write (webdavs|git\+https)://files.example.org"):
        WebDavFolder(address, login=login) if address.scheme == "webdav" else Repository(address, login=login)


def test_this_machine_is_known_by_name_and_number() -> None:
    assert all(map(is_loopback, ("localhost", "127.0.0.1", "127.8.0.1", "::1")))
    assert not any(map(is_loopback, ("example.org", "localhost.example.org", "10.0.0.1", "::2")))
