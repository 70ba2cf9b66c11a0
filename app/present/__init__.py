"""Presentation shared by page, commands, HTTP and LangChain: JSON, the table of candidates, filters, problems."""
