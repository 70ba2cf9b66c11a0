"""Commands that are a road of their own, one module each; app.cli registers them."""
