-- Parts of the question whose search found the candidate: from 1, and 0 for the whole question. Empty where the question
-- was searched once, as all answers of earlier versions were.
ALTER TABLE candidates ADD COLUMN found_by SMALLINT [] DEFAULT '{}' NOT NULL;

-- New columns of a view come last.
CREATE OR REPLACE VIEW ledger_candidates AS
SELECT
    c.answer_id,
    a.created_at,
    a.question,
    c.final_rank,
    c.fused_rank,
    c.vector_rank,
    c.text_rank,
    c.vector_distance,
    c.text_score,
    c.fused_score,
    c.logit,
    c.rerank_score AS combined_score,
    c.fused_rank - c.final_rank AS lifted_by,
    CASE WHEN c.cited THEN 'cited' ELSE c.fate END AS fate,
    c.fate_detail,
    c.passage_number,
    c.title,
    c.heading,
    c.part_kind,
    c.part_first,
    c.part_last,
    c.collection,
    c.source_uri,
    c.document_id,
    c.chunk_id,
    c.ordinal,
    c.start_char,
    c.end_char,
    c.text,
    c.name,
    c.dated,
    c.reason,
    c.found_by
FROM candidates AS c
JOIN answers AS a ON a.id = c.answer_id;

CREATE OR REPLACE VIEW ledger_answers AS
SELECT
    a.id AS answer_id,
    a.created_at,
    a.question,
    a.query ->> 'text' AS searched_for,
    a.collection,
    a.outcome,
    a.text AS answer,
    a.error,
    a.feedback,
    a.model ->> 'name' AS model,
    a.reranker,
    counted.candidates,
    a.scored,
    counted.in_prompt,
    counted.cited,
    jsonb_array_length(a.passages) AS passages,
    a.tokens AS passage_tokens,
    a.token_budget,
    (a.usage ->> 'prompt_tokens')::integer AS prompt_tokens,
    (a.usage ->> 'context_tokens')::integer AS context_tokens,
    a.usage ->> 'uncut' AS prompt_read_whole,
    (
        SELECT count(*) FROM jsonb_array_elements(a.sentences) AS s (sentence)
        WHERE s.sentence ->> 'support' = 'unsupported'
    ) AS unsupported_sentences,
    (a.timings ->> 'sql')::double precision AS sql_seconds,
    (a.timings ->> 'rerank')::double precision AS rerank_seconds,
    (a.timings ->> 'first_token')::double precision AS first_token_seconds,
    (a.timings ->> 'generate')::double precision AS generate_seconds,
    coalesce(a.query -> 'plan' ->> 'kind', 'simple') AS plan,
    coalesce(a.query -> 'plan' -> 'parts', '[]') AS parts
FROM answers AS a
CROSS JOIN LATERAL (
    SELECT
        count(*) AS candidates,
        count(*) FILTER (WHERE c.passage_number IS NOT NULL) AS in_prompt,
        count(*) FILTER (WHERE c.cited) AS cited
    FROM candidates AS c
    WHERE c.answer_id = a.id
) AS counted;
