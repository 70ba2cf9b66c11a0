"""Loader of pictures of pages (PNG, JPEG, TIFF and the like), by text recognition."""

import io

from app.core.errors import DocumentError
from ingest.load.extracted import Builder, Extracted, unmarked
from ingest.load.limits import Limits
from ingest.load.ocr import Recognizer

_MOST_PIXELS = 100_000_000  # an A3 page at 600 dots per inch has 70 million


def load_picture(content: bytes, media_type: str, limits: Limits) -> Extracted:
    """One page for each frame of a picture; without tesseract the pages have no text."""
    from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError  # noqa: PLC0415  # needed by this format only

    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise DocumentError(f"The image has {image.width} × {image.height} pixels.", fix="Make it smaller.")
            recognizer, builder = Recognizer(limits), Builder()
            for number, frame in enumerate(ImageSequence.Iterator(image), start=1):
                if number > limits.pages:
                    raise DocumentError(f"The image has more than {limits.pages} pages.", fix="Split it.")
                text = recognizer.text(ImageOps.exif_transpose(frame), number) if recognizer.wants(number) else ""
                builder.add_part(unmarked(text), kind="page", number=number)
    except UnidentifiedImageError as error:
        raise DocumentError("The image is damaged.", fix="Get a fresh copy.") from error
    except Image.DecompressionBombError as error:
        raise DocumentError("The image is made to exhaust memory.", fix="Make it smaller.") from error
    return Extracted(
        text=builder.text(),
        media_type=media_type,
        parts=tuple(builder.parts),
        warnings=recognizer.warnings(),
        ocr_missing=recognizer.missing,
    )
