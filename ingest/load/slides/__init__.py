"""PowerPoint slides: everything a .pptx holds goes in, text with titles, lists and tables comes out."""
