-- name: documents
-- The first names of each collection, with the number of documents in it; only what a search reads.
SELECT collection, documents, name
FROM (
    SELECT
        collections.name AS collection,
        documents.name,
        count(*) OVER (PARTITION BY collections.id) AS documents,
        row_number() OVER (PARTITION BY collections.id ORDER BY documents.name, documents.id) AS place
    FROM documents_that_meet(CAST(:filters AS jsonb)) AS wanted
    JOIN documents ON documents.id = wanted.id
    JOIN collections ON collections.id = documents.collection_id
    WHERE documents.status = 'ready'
        AND (CAST(:collection AS text) IS NULL OR collections.name = CAST(:collection AS text))
) AS listed
WHERE place <= :most
ORDER BY collection, place
