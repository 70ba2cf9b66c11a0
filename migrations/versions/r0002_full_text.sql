-- Full text: frequencies of lexemes, identifiers and languages without a dictionary; and the filters of a search.

-- Ids of the documents that meet every filter set; a key that is absent or null leaves its criterion out. One place for
-- three queries. STABLE and a single SELECT, so that the planner sees through it.
CREATE FUNCTION documents_that_meet(filters jsonb) RETURNS TABLE (id bigint)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT documents.id
    FROM documents
    WHERE (filters ->> 'collection_id' IS NULL OR collection_id = CAST(filters ->> 'collection_id' AS bigint))
        AND (filters ->> 'document_id' IS NULL OR documents.id = CAST(filters ->> 'document_id' AS bigint))
        AND (filters ->> 'document_name' IS NULL OR name = filters ->> 'document_name')
        AND (filters ->> 'path_prefix' IS NULL OR starts_with(source_uri, filters ->> 'path_prefix'))
        AND (filters ->> 'media_type' IS NULL OR media_type = filters ->> 'media_type'
            OR (right(filters ->> 'media_type', 2) = '/*'
                AND starts_with(media_type, left(filters ->> 'media_type', -1))))
        AND (filters ->> 'language' IS NULL OR language = filters ->> 'language')
        AND (filters ->> 'since' IS NULL
            OR coalesce(modified_at, ingested_at, created_at) >= CAST(filters ->> 'since' AS timestamptz))
        AND (filters ->> 'until' IS NULL
            OR coalesce(modified_at, ingested_at, created_at) < CAST(filters ->> 'until' AS timestamptz))
$$;

-- What the text of a passage, or of a question, is searched by; both sides go through this one function. It adds to the
-- words of the language: identifiers, codes, versions and file names as they stand (the parser takes ERR_0x80070057
-- and pg_stat_io apart), and pairs of neighbouring characters for scripts written without spaces, which no
-- configuration divides into words.
CREATE FUNCTION search_vector(config regconfig, body text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    -- Thai, Lao, Myanmar, Khmer, kana and Han; and Hangul, whose words carry their particles
    unspaced CONSTANT text := '[\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF\u3005-\u3007\u3041-\u30FF\u31F0-\u31FF'
        '\u3400-\u4DBF\u4E00-\u9FFF\uAC00-\uD7A3\uF900-\uFAFF\uFF66-\uFF9F]+';
    joint CONSTANT text := '[.:/\\@-]+';
    words text := body;
    vector tsvector;
BEGIN
    IF body ~ unspaced THEN
        words := concat_ws(' ', regexp_replace(body, unspaced, ' ', 'g'), (
            SELECT string_agg(substr(runs[1], start, 2), ' ')
            FROM regexp_matches(body, unspaced, 'g') AS matched (runs),
                generate_series(1, greatest(length(runs[1]) - 1, 1)) AS start
        ));
    END IF;
    vector := to_tsvector(config, words);
    IF body ~ ('[[:alnum:]](_|' || joint || '[[:alnum:]])|\+\+|[[:alpha:]]#') THEN
        vector := vector || array_to_tsvector(ARRAY(
            SELECT DISTINCT left(lower(parts[1]), 200)
            FROM regexp_matches(
                body,
                '([[:alnum:]_]+(?:' || joint || '[[:alnum:]_]+)+|[[:alnum:]]*_[[:alnum:]_]+|\m[[:alpha:]](?:\+\+|#))',
                'g'
            ) AS matched (parts)
            WHERE parts[1] ~ '[[:digit:]_+#.]|::'
        ));
    END IF;
    RETURN vector;
END
$$;

-- The text index reads rows by the thousand and needs only what is narrow in them: the wide columns stand beside the
-- table, so that many rows share a page. Adding the column writes the table anew, and these settings with it.
ALTER TABLE chunks
    ALTER COLUMN heading SET STORAGE MAIN,
    ALTER COLUMN embedding SET STORAGE EXTERNAL,
    SET (toast_tuple_target = 256);
DROP INDEX ix_chunks_tsv;
DROP INDEX ix_chunks_embedding;
ALTER TABLE chunks DROP COLUMN tsv;
ALTER TABLE chunks
    ADD COLUMN tsv TSVECTOR STORAGE EXTERNAL GENERATED ALWAYS AS (
        setweight(search_vector(text_config, heading), 'A') || search_vector(text_config, text)
    ) STORED NOT NULL;
CREATE INDEX ix_chunks_tsv ON chunks USING gin (tsv);
-- A list of 128 while building: half as long again to build as with 64, and the same search misses half as many.
CREATE INDEX ix_chunks_embedding ON chunks USING hnsw (embedding halfvec_cosine_ops)
    WITH (m = 16, ef_construction = 128);

-- How many chunks hold a lexeme, for weighing words by rarity; one that is not listed is rare.
CREATE TABLE lexeme_frequencies (
    config REGCONFIG NOT NULL,
    lexeme TEXT NOT NULL,
    chunk_count BIGINT NOT NULL,
    CONSTRAINT pk_lexeme_frequencies PRIMARY KEY (config, lexeme)
);
ALTER TABLE text_configs ADD COLUMN chunk_count BIGINT DEFAULT '0' NOT NULL;

-- Counts anew: all chunks while there are at most `sampled`, about so many of them beyond. Readers see the old counts
-- until it commits; a second caller waits. Counts of languages last, so that writers hardly wait for their rows.
CREATE FUNCTION refresh_lexeme_frequencies(sampled bigint) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    language regconfig;
    portion double precision;
BEGIN
    LOCK TABLE lexeme_frequencies IN SHARE ROW EXCLUSIVE MODE;
    portion := least(1, sampled / greatest((SELECT count(*) FROM chunks), 1)::double precision);
    FOR language IN SELECT config FROM text_configs ORDER BY config LOOP
        WITH counted AS MATERIALIZED (
            SELECT word AS lexeme, round(ndoc / portion)::bigint AS chunk_count
            FROM ts_stat(format(
                'SELECT tsv FROM chunks TABLESAMPLE SYSTEM (%s) REPEATABLE (1) WHERE text_config = %L::regconfig',
                100 * portion, language
            ))
            WHERE ndoc > 1
        ),
        gone AS (
            DELETE FROM lexeme_frequencies AS old
            WHERE old.config = language AND NOT EXISTS (SELECT FROM counted WHERE counted.lexeme = old.lexeme)
        )
        INSERT INTO lexeme_frequencies AS old (config, lexeme, chunk_count)
        SELECT language, lexeme, chunk_count FROM counted ORDER BY lexeme
        ON CONFLICT (config, lexeme) DO UPDATE SET chunk_count = EXCLUDED.chunk_count
        WHERE old.chunk_count <> EXCLUDED.chunk_count;
    END LOOP;
    UPDATE text_configs SET chunk_count = counted.chunks
    FROM (
        SELECT config, count(chunks.id) AS chunks
        FROM text_configs LEFT JOIN chunks ON chunks.text_config = config
        GROUP BY config
    ) AS counted
    WHERE counted.config = text_configs.config;
END
$$;
SELECT refresh_lexeme_frequencies(100000);

-- A question's lexemes in each language that occurs, with their weight (times in the question x inverse document
-- frequency) and how many chunks of the language hold them. The question's own language is the one that leaves fewest
-- of its words; what it leaves out as stop words is left out in all, where it would count as rare.
CREATE FUNCTION question_terms(question text)
RETURNS TABLE (config regconfig, lexeme text, query tsquery, weight double precision, chunk_count double precision)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    WITH words AS MATERIALIZED (
        SELECT text_configs.config, word.lexeme, place
        FROM text_configs
        CROSS JOIN LATERAL unnest(search_vector(text_configs.config, question)) AS word
        CROSS JOIN LATERAL unnest(coalesce(word.positions, ARRAY[0::smallint])) AS place
    ),
    own AS (
        SELECT words.config FROM words GROUP BY words.config ORDER BY count(DISTINCT place), words.config LIMIT 1
    ),
    counted AS (
        SELECT
            words.config,
            words.lexeme,
            count(*) AS times,
            coalesce((  -- not a join: whatever the planner takes the tables to hold, this is one probe of the index
                SELECT listed.chunk_count
                FROM lexeme_frequencies AS listed
                WHERE listed.config = words.config AND listed.lexeme = words.lexeme
            ), 1)::double precision AS holding,
            (SELECT greatest(sum(text_configs.chunk_count), 1) FROM text_configs)::double precision AS whole
        FROM words
        WHERE place IN (SELECT same.place FROM words AS same JOIN own ON own.config = same.config)
        GROUP BY words.config, words.lexeme
    ),
    spread AS (
        SELECT counted.*, least(whole, sum(holding) OVER (PARTITION BY counted.lexeme)) AS everywhere FROM counted
    )
    SELECT
        spread.config,
        spread.lexeme,
        ('''' || replace(replace(spread.lexeme, '\', '\\'), '''', '''''') || '''')::tsquery,
        times * ln(1 + (whole - everywhere + 0.5) / (everywhere + 0.5)),
        holding
    FROM spread
$$;
