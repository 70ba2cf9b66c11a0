-- Whether a document has scanned pages that were not read because tesseract was not installed. Until now that was known
-- only from the text of its warnings, which name the command that reads them.
ALTER TABLE documents ADD COLUMN ocr_missing BOOLEAN DEFAULT false NOT NULL;
UPDATE documents SET ocr_missing = true WHERE CAST(warnings AS text) LIKE '%ingest --retry%';
