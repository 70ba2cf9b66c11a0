"""Number formats of spreadsheets: a stored number goes in, the text that the program shows comes out."""
