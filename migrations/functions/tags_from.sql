-- The tags of these origins (file, folder, hand).
CREATE OR REPLACE FUNCTION tags_from(tags jsonb, origins text[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each_text(tags) WHERE value = ANY(origins) $$;
