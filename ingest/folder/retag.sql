-- name: retag
-- Members of an archive have the tags of its folder too.
UPDATE documents SET tags = CAST(:tags AS jsonb) || tags_from(tags, '{file,hand}') WHERE id = :id OR container_id = :id
