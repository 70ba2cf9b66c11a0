"""Blocks of a page: paragraphs, headings, figures, lists, tables."""

from ingest.load.extracted import heading_mark
from ingest.load.hypertext.events import Attributes, End, EventReader


class BlockReader(EventReader):
    """Writes the text of a page's blocks."""

    # ------------------------------------------------------------------------------------------------------- blocks

    def _block(self, _tag: str, attributes: Attributes) -> End:
        self.page.write("\n\n")
        if attributes and attributes.get("role") == "heading":
            level = attributes.get("aria-level", "2")
            self._begin_heading(int(level) if level in ("1", "2", "3", "4", "5", "6") else 2)
        return self._end_block

    def _end_block(self) -> None:
        self.page.write("\n\n")

    def _heading(self, tag: str, _attributes: Attributes) -> End:
        self.page.write("\n\n")
        self._begin_heading(int(tag[1]))
        return self._end_block

    def _begin_heading(self, level: int) -> None:
        self.page.mark_blocks()
        self.page.write(heading_mark(level) + "#" * level + " ")

    def _code(self, _tag: str, _attributes: Attributes) -> End:
        self.preformatted += 1
        self.page.write("\n\n```\n")
        return self._end_code

    def _end_code(self) -> None:
        self.preformatted -= 1
        self.page.write("\n```\n\n")

    def _line_end(self, _tag: str, _attributes: Attributes) -> End:
        self.page.write("\n")
        return None

    def _ruler(self, _tag: str, _attributes: Attributes) -> End:
        self.page.mark_blocks()
        self.page.write("\n\n---\n\n")
        return None

    def _figure(self, _tag: str, _attributes: Attributes) -> End:
        self.page.open_figure()
        return self.page.close_figure

    def _figure_caption(self, tag: str, attributes: Attributes) -> End:
        buffer = self.page.capture()
        if buffer is None:
            return self._block(tag, attributes)
        return lambda: self.page.write_figure_caption(self.page.release(buffer))

    # -------------------------------------------------------------------------------------------------------- lists

    def _list(self, tag: str, attributes: Attributes) -> End:
        self.page.open_list(tag, attributes)
        return self.page.close_list

    def _item(self, _tag: str, attributes: Attributes) -> End:
        self.page.begin_item(attributes)
        return None

    def _term(self, _tag: str, _attributes: Attributes) -> End:
        self.page.write("\n\n")
        return None

    def _definition(self, _tag: str, _attributes: Attributes) -> End:
        self.page.buffer.write("\n: ", bullet=True)
        return None

    # ------------------------------------------------------------------------------------------------------- tables

    def _table(self, _tag: str, attributes: Attributes) -> End:
        self.page.open_table(attributes)
        return self.page.close_table

    def _section(self, tag: str, _attributes: Attributes) -> End:
        self.page.section(tag)
        return lambda: self.page.section("")

    def _row(self, _tag: str, _attributes: Attributes) -> End:
        self.page.open_row()
        return self.page.close_row

    def _cell(self, tag: str, attributes: Attributes) -> End:
        self.page.open_cell(tag, attributes)
        return self.page.close_cell

    def _caption(self, _tag: str, _attributes: Attributes) -> End:
        self.page.open_caption()
        return self.page.close_caption
