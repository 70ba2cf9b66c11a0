"""Damages a file; the random generator alone decides how."""

import io
import random
import zipfile
import zlib

_VALUES = (
    b"\x00",
    b"\xff",
    b"\x7f",
    b"\x80",
    b"\xff\xff\xff\xff",
    b"\x00\x00\x00\x00",
    b"\xff\xff\xff\x7f",
    b"\xed\xa0\x80",
)
_TOKENS = {  # pieces of each family of formats, between bars
    "pdf": (
        b"/Length 99999999|/Length -1|/Kids[2 0 R]|/Kids[3 0 R 3 0 R]|/Count 2147483647|/Filter/FlateDecode"
        b"|0 R|endobj|endstream|stream|xref|trailer|/Type/Page|/Type/Pages|/Type/ObjStm|/Encrypt 1 0 R"
        b"|/MediaBox[0 0 1e9 1e9]|/Root 1 0 R|<<|>>|[|]|(|)|BT|ET|Tj|startxref|%%EOF|/Prev 0|/Parent 2 0 R"
    ),
    "xml": (
        b"<a>|</a>|<w:p>|<w:tbl>|<w:tr>|<w:tc>|</w:tbl>|&amp;|&x;|<!DOCTYPE a [<!ENTITY x 'y'>]>|<![CDATA["
        b"|]]>|<!--|-->|xmlns:w=''|<?xml version='1.0' encoding='utf-16'?>|r:id='r9'|w:val='Heading9'"
        b"|<table:table-cell>|<text:h>|='-1'|='1e99'"
    ),
    "html": (
        b"<table>|<tr>|<td>|</table>|<th>|<ul>|<li>|<ol>|<pre>|</pre>|<h1>|<h9>|<script>|<title>|<!--|<svg>"
        b"|</svg>|&#x110000;|&#0;|<meta charset=utf-7>|<p|<select>|</select>|<br>|<template>|\xff"
        b"|<img alt='"
    ),
    "text": (
        b"# |## |```|~~~|---|\n|\r|===|| a | b ||---|---|[](|**|:|,|;|\t|\"|'|\x00|\xef\xbb\xbf|\xff\xfe|{"
        b"|}|[|]|\\ud800|1e999|-|From |:\n"
    ),
    "mail": (
        b"Content-Type: multipart/mixed; boundary=b|--b|--b--|Content-Type: message/rfc822"
        b"|Content-Transfer-Encoding: base64|Content-Transfer-Encoding: x-uuencode|=?utf-8?q?=ff?="
        b"|=?utf-7?b?x?=|charset=nonsense|Subject: |From : \n|\n\n|filename*0*=utf-8''%ff|From a@b\n|To: <"
        b"|Date: 99|;"
    ),
    "rtf": (
        b"{|}|\\trowd|\\cellx99|\\clvmrg|\\intbl\\itap9|\\nestrow|{\\footnote |{\\*\\annotation "
        b"|\\fromhtml1|\\htmlrtf |\\s1|\\u-9999"
        b"|\\rtf1|\\ansicpg99999|\\u99999|\\bin999999999 |\\'ff|\\par|\\fonttbl|\\*|\\uc9|\\row|\\cell"
        b"|{\\pict|\\ansicpg0"
    ),
}
_FAMILY = {
    "pdf": "pdf", "docx": "xml", "pptx": "xml", "xlsx": "xml", "odt": "xml", "epub": "html", "html": "html",
    "eml": "mail", "mbox": "mail", "rtf": "rtf", "ods": "xml", "odp": "xml",
}  # fmt: skip


def mutated(content: bytes, kind: str, others: list[bytes], chance: random.Random) -> bytes:
    """A damaged copy; a zip container is now and then damaged inside its entries and zipped again."""
    if content.startswith(b"PK\x03\x04") and chance.random() < 0.7:
        inside = _inside(content, kind, others, chance)
        if inside is not None:
            return inside
    return _damaged(content, kind, others, chance)


def _damaged(content: bytes, kind: str, others: list[bytes], chance: random.Random) -> bytes:
    data = bytearray(content)
    tokens = [token for token in _TOKENS[_FAMILY.get(kind, "text")].split(b"|") if token]
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        at = chance.randrange(len(data) + 1)
        size = min(chance.choice((1, 4, 16, 64, 1_024)), max(len(data) - at, 0))
        deed = chance.randrange(9)
        if deed == 0 and data:
            data[at % len(data)] ^= 1 << chance.randrange(8)
        elif deed == 1:
            data[at : at + size] = chance.choice(_VALUES)
        elif deed == 2:
            del data[at : at + size]
        elif deed == 3:
            data[at:at] = data[at : at + size] * chance.choice((1, 2, 50))
        elif deed == 4 and chance.random() < 0.3:
            del data[at:]
        elif deed == 5 and others:
            other = chance.choice(others)
            start = chance.randrange(len(other) + 1)
            data[at : at + size] = other[start : start + chance.choice((8, 64, 1_024))]
        elif deed == 6:
            data[at : at + size] = chance.randbytes(size)
        else:
            data[at:at] = chance.choice(tokens) * chance.choice((1, 1, 1, 3, 100))
    return bytes(data)


def _inside(content: bytes, kind: str, others: list[bytes], chance: random.Random) -> bytes | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, zlib.error):
        return None
    if not entries:
        return None
    name = chance.choice(sorted(entries))
    if chance.random() < 0.1:
        del entries[name]
    else:
        entries[name] = _damaged(entries[name], kind, others, chance)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return buffer.getvalue()
