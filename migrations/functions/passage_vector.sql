-- The lexemes of a passage: of its heading (A), of its document's name (B), of its text (D), and what initials in it stand
-- for. The generated column chunks.tsv depends on it.
CREATE OR REPLACE FUNCTION passage_vector(config regconfig, heading text, name text, body text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    normal_heading CONSTANT text := normal_text(heading);
    normal_body CONSTANT text := normal_text(body);
    forms CONSTANT text[] := short_forms(normal_heading, normal_body);
    vector tsvector := setweight(normal_vector(config, normal_heading), 'A')
        || setweight(normal_vector(config, name_words(normal_text(name))), 'B')
        || normal_vector(config, normal_body);
BEGIN
    IF cardinality(forms) > 0 THEN
        vector := vector || array_to_tsvector(forms);
    END IF;
    RETURN vector;
END
$$;
