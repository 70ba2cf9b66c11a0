"""Ranges of characters by script, to be used inside a character class of a regular expression."""

_THAI_LAO = r"\u0e00-\u0eff"
_MYANMAR = r"\u1000-\u109f"
_KHMER = r"\u1780-\u17ff"
_KANA = r"\u3040-\u30ff"
_HAN = r"\u3400-\u9fff\uf900-\ufaff"
_HANGUL = r"\u1100-\u11ff\uac00-\ud7af"

# Scripts written without spaces between words, so that a word may begin and end at any character.
UNSPACED = _THAI_LAO + _MYANMAR + _KHMER + _KANA + _HAN

# Scripts in which a few characters say as much as a few words: those, and Korean, which has spaces. These are the
# scripts that full-text search indexes by pairs of characters (search_vector in the database).
DENSE = UNSPACED + _HANGUL
