"""The commands of `python -m app`, one module each; app.cli registers them."""
