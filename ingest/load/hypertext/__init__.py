"""Parts of the HTML reader: buffers, lists, tables, styles, raised text, formulas, forms."""
