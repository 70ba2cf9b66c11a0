"""One rich file for each format, with text in every container that the format has, for the census."""

from tests.support.census_mail import mail_file, outlook_file, rich_html_outlook_file, rich_outlook_file
from tests.support.census_marks import CensusFile
from tests.support.census_markup import book_file, page_file
from tests.support.census_open import open_sheet_file, open_slides_file, open_text_file
from tests.support.census_pages import pdf_file, rich_text_file
from tests.support.census_sheets import sheets_file
from tests.support.census_slides import slides_file
from tests.support.census_word import word_file


def census_files() -> list[CensusFile]:
    """A file of each format."""
    return [
        word_file(),
        slides_file(),
        sheets_file(),
        open_text_file(),
        open_sheet_file(),
        open_slides_file(),
        book_file(),
        page_file(),
        mail_file(),
        outlook_file(),
        rich_outlook_file(),
        rich_html_outlook_file(),
        rich_text_file(),
        pdf_file(),
    ]
