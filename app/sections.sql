-- name: near
-- Chunks of the same heading around the given ones. `near` of one heading need not touch: the caller keeps the run
-- without a gap.
SELECT
    hit.id AS of_chunk,
    near.id AS chunk_id,
    near.document_id,
    near.ordinal,
    near.heading,
    near.start_char,
    near.end_char,
    near.part_kind,
    near.part_first,
    near.part_last,
    near.part_name,
    near.text
FROM chunks AS hit
JOIN chunks AS near
    ON near.document_id = hit.document_id
    AND near.ordinal BETWEEN hit.ordinal - CAST(:reach AS integer) AND hit.ordinal + CAST(:reach AS integer)
    AND near.heading = hit.heading
WHERE hit.id = ANY(CAST(:chunk_ids AS bigint[]))
ORDER BY hit.id, near.ordinal
