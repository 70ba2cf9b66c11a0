"""Word documents: everything a .docx holds goes in, text with headings, lists and tables comes out."""
