-- The lexemes of a text in normal form. It adds to the lexemes of the language: the same words without accents, in the same
-- positions; words with umlauts as they are written without them (ae, oe, ue); identifiers and values in their other forms.
CREATE OR REPLACE FUNCTION normal_vector(config regconfig, normal text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    words CONSTANT text := separated_words(normal);
    folded CONSTANT text := folded_text(words);
    forms CONSTANT text[] := value_forms(normal);
    vector tsvector := to_tsvector(config, words);
BEGIN
    IF folded <> words THEN
        -- The union by way of text: || would move the positions.
        vector := CAST(CAST(vector AS text) || ' ' || CAST(to_tsvector(config, folded) AS text) AS tsvector);
        vector := vector || to_tsvector(config, coalesce(umlauts_written_out(words), ''));
    END IF;
    IF cardinality(forms) > 0 THEN
        vector := vector || array_to_tsvector(forms);
    END IF;
    RETURN vector;
END
$$;
