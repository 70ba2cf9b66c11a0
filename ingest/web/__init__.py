"""A web address or sitemap as a source: its pages are requested politely and stored as documents."""
