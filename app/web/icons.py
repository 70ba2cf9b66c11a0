"""Line drawings for buttons; every button also has a name in words."""

from collections.abc import Mapping


def _icon(path: str) -> str:
    return (
        '<svg viewBox="0 0 24 24" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.8" '
        f'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{path}</svg>'
    )


_THUMB = (
    '<path d="M7 11v9H4v-9zM7 11l4-8c1.7 0 2.6 1.2 2.3 2.8L12.8 9H18a2 2 0 0 1 2 2.3l-1.2 7A2 2 0 0 1 16.800 20H7"/>'
)
ICONS: Mapping[str, str] = {
    "copy": _icon('<rect x="9" y="9" width="11" height="11" rx="2"/><path d="M5 15V6a2 2 0 0 1 2-2h8"/>'),
    "retry": _icon('<path d="M4 12a8 8 0 1 0 2.500-5.800"/><path d="M4 4v4.500h4.500"/>'),
    "edit": _icon('<path d="M4 20h4L19 9l-4-4L4 16z"/><path d="M13 7l4 4"/>'),
    "up": _icon(_THUMB),
    "down": _icon(f'<g transform="rotate(180 12 12)">{_THUMB}</g>'),
}
