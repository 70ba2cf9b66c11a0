"""Subject, header fields and body of a mail as one text."""

from collections.abc import Mapping

from ingest.load.extracted import Builder, Extracted, heading_mark


def extracted_mail(
    subject: str, fields: Mapping[str, str], body: str, media_type: str, warnings: tuple[str, ...] = ()
) -> Extracted:
    """Subject, header fields and body as Extracted; body may hold marks of headings and tables."""
    lines = [heading_mark(1) + "# " + subject] if subject else []
    lines += [f"{name}: {value}" for name, value in fields.items() if value]
    builder = Builder()
    builder.add("\n".join(lines) + "\n\n" + body)
    return Extracted(
        text=builder.text(),
        media_type=media_type,
        title=subject,
        headings=tuple(builder.headings),
        tables=tuple(builder.tables),
        warnings=warnings,
    )
