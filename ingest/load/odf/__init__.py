"""OpenDocument: text, sheets, slides and drawings."""
