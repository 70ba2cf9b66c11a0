"""The name of a file and of its folder as identity: which words they say, and which of them the title does not say."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from urllib.parse import unquote, urlsplit

MEMBER_SEPARATOR = "!/"  # between an archive's URI and the path within it: /share/a.zip!/b/c.txt
UPLOAD = "upload:"  # before the name of a file sent through the page, which has no folder

_LONGEST = 200  # characters of a name that are read
_LONGEST_IDENTITY = 80  # characters of a folder's or file's name in front of a passage
_SUFFIX = re.compile(r"(?<=.)\.(?!\d+$)[^\W_]{1,8}$")  # "notes.md", not "release 1.2"
# Between words: separators, except those inside a number (1.2, 2026-02-01), and a capital after a small letter.
_JOINT = re.compile(r"(?<!\d)[_\-.+#~,;]+|[_\-.+#~,;]+(?!\d)|_+|\s+|(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[^\W_]+")
_YEAR = re.compile(r"(?:19|20)\d\d(?:[01]\d(?:[0-3]\d)?)?")
_VERSION = re.compile(r"(?:v|ver|rev|r)\d{1,3}", re.IGNORECASE)
# Without letters of a word: a hash, a UUID, a number of letters and digits mixed as no word is.
_CODE = re.compile(r"[0-9a-f]{8,}|(?=\w*\d\w*[a-z]\w*\d|\w*[a-z]\w*\d\w*[a-z])\w{10,}", re.IGNORECASE)
# Names that cameras, scanners and programs give, and what people add to a copy.
_GENERIC = frozenset(
    "a about adobe attachment attachments brief bild capture content copie copia copy datei default doc document "
    "documento documents docs dokument download dsc dscf dscn export fichier file files foto image images img index "
    "input kopie main message microsoft new neu nuevo noname note notes notiz notizen nouveau output page pages part "
    "photo pic picture print pxl readme sans scan scanned scans screen screenshot seite snapshot temp text tmp "
    "unbenannt unknown unnamed untitled upload video whatsapp wp word".split()
)
# Folders that say where files are kept, not what they are about.
_PLACES = _GENERIC | frozenset(
    "archiv archive archives archivos asset assets bilder box bucket cache collection common corpus data daten dateien "
    "desktop disk docs documentos dokumente downloads drive dropbox eigene fichiers folder home icloud in inbox "
    "incoming items library local media misc my mnt nas onedrive opt ordner out outbox papers pdf pdfs private public "
    "publish root sample samples scans share shared src srv static storage store stuff téléchargements test tests "
    "textos uploads user users usr var volumes www".split()
)


def searched_name(uri: str, name: str) -> str:
    """The name with its last folder before it, "People/Amara Delcourt.md": the field that full-text search reads.

    A member of an archive has the archive as its folder, an upload none. A folder such as Downloads is left out.
    """
    folder = folder_of(uri)
    return f"{folder}/{name}" if folder and _telling(folder, _PLACES) else name


def folder_of(uri: str) -> str:
    """Name of the folder, archive or host that holds a document; empty when it has none."""
    if uri.startswith(UPLOAD):
        return uri.removeprefix(UPLOAD).rpartition(MEMBER_SEPARATOR)[0].rpartition("/")[2]
    path = uri
    if uri.startswith("git+"):  # git+https://host/team/handbook.git#main:docs/plan.md
        path = re.sub(r"(?:\.git)?#[^:]*:", "/", uri, count=1)
    elif re.match(r"(?:https?|imaps?|webdavs?)://", uri):
        address = urlsplit(uri)
        host, within = (address.hostname or "").removeprefix("www."), unquote(address.path).strip("/")
        path = f"{host}/{within or 'page'}"
    elif re.match(r"[A-Za-z]:\\", uri):
        path = uri.replace("\\", "/")
    parts = path.replace(MEMBER_SEPARATOR, "/").rstrip("/").split("/")
    return parts[-2] if len(parts) > 1 else ""


def identity(uri: str, name: str, title: str) -> tuple[str, ...]:
    """Folder and name in words, those of the two that say something the title does not.

    What the embedding model and the reranker read before title and headings. Names such as scan0001.pdf, hashes and
    numbers say nothing; a year or a version does.
    """
    said = set(words_of(title))
    parts: list[str] = []
    for part, ignored in ((folder_of(uri), _PLACES), (_stem(name), _GENERIC)):
        if _telling(part, ignored, said):
            parts.append(_shortened(readable(part)))
            said.update(words_of(part))
    return tuple(parts)


def readable(name: str) -> str:
    """A file's or folder's name in words, without its suffix: "travel policy 2026"."""
    return " ".join(_JOINT.sub(" ", _stem(name)).split())


def labels(documents: Iterable[tuple[int, str, str]]) -> Mapping[int, str]:
    """Document id -> its name for people; documents with equal names are told apart by as much of the path as needed.

    documents: (id, source URI, name). A label is one line, whatever a file is called.
    """
    named: dict[str, dict[int, str]] = defaultdict(dict)
    for document_id, uri, name in documents:
        named[name][document_id] = uri
    shown = dict.fromkeys(named.pop("", {}), "")  # candidates of earlier versions have no name
    for name, uris in named.items():
        tails = {key: _path_parts(uri, name) for key, uri in uris.items()}
        for key, parts in tails.items():
            others = [other for same, other in tails.items() if same != key]
            shown[key] = " ".join("/".join(parts[-_depth(parts, others) :]).split())
    return shown


def words_of(text: str) -> list[str]:
    """The words of a text in small letters without accents."""
    plain = unicodedata.normalize("NFKD", _JOINT.sub(" ", text)).casefold()
    return _WORD.findall("".join(letter for letter in plain if not unicodedata.combining(letter)))


def _path_parts(uri: str, name: str) -> list[str]:
    """The parts of a URI, the name last."""
    parts = uri.replace(MEMBER_SEPARATOR, "/").removeprefix(UPLOAD).rstrip("/").split("/")
    return parts if parts[-1] == name else [*parts[:-1], name]


def _depth(parts: list[str], others: list[list[str]]) -> int:
    """How many parts from the end tell a path from all others; all of them where nothing does."""
    for depth in range(1, len(parts) + 1):
        if all(other[-depth:] != parts[-depth:] for other in others):
            return depth
    return 1 if all(other == parts for other in others) else len(parts)


def _shortened(words: str) -> str:
    if len(words) <= _LONGEST_IDENTITY:
        return words
    start = words[:_LONGEST_IDENTITY]
    return f"{start.rpartition(' ')[0] or start}…"


def _stem(name: str) -> str:
    return _SUFFIX.sub("", name[:_LONGEST])


def _telling(name: str, ignored: frozenset[str], said: Iterable[str] = ()) -> bool:
    """Whether a name has a word that is none of the ignored ones and that was not said before."""
    left = set(words_of(name)) - set(said)
    return any(_means(word) for word in left if word.rstrip("0123456789") not in ignored)


def _means(word: str) -> bool:
    """Whether a word may name something: a year, a version, or letters that are no code."""
    if _YEAR.fullmatch(word) or _VERSION.fullmatch(word):
        return True
    letters = sum(map(str.isalpha, word))
    return letters > 1 and letters * 2 > len(word) and not _CODE.fullmatch(word)
