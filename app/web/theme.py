"""Gradio's theme in our colours, with fonts that this server delivers itself."""

import gradio as gr
from gradio.themes.utils import colors, fonts


def build_theme() -> gr.themes.Base:
    """A calm theme, light and dark; style.css does the rest."""
    return gr.themes.Base(
        primary_hue=colors.teal,
        secondary_hue=colors.teal,
        neutral_hue=colors.stone,
        radius_size=gr.themes.sizes.radius_md,
        text_size=gr.themes.sizes.text_md,
        font=[fonts.LocalFont("IBM Plex Sans"), "system-ui", "sans-serif"],
        font_mono=[fonts.LocalFont("IBM Plex Mono"), "ui-monospace", "monospace"],
    )
