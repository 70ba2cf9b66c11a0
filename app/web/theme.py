"""Gradio's theme in our colours, with fonts served by the page itself."""

import gradio as gr
from gradio.themes.utils import colors, fonts

_WEIGHTS = (400, 700)  # the semi-bold font files shipped with Gradio lack half the alphabet


def build_theme() -> gr.themes.Base:
    """A calm theme, light and dark; style.css does the rest."""
    return gr.themes.Base(
        primary_hue=colors.teal,
        secondary_hue=colors.teal,
        neutral_hue=colors.stone,
        radius_size=gr.themes.sizes.radius_md,
        text_size=gr.themes.sizes.text_md,
        font=[fonts.LocalFont("IBM Plex Sans", weights=_WEIGHTS), "system-ui", "sans-serif"],
        font_mono=[fonts.LocalFont("IBM Plex Mono", weights=_WEIGHTS), "ui-monospace", "monospace"],
    )
