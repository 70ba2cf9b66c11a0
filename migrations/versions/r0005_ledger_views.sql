-- Views of the ledger for operators: plain columns, nothing to unpack, the same words as the page uses.

-- One row an answer.
CREATE VIEW ledger_answers AS
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
    (a.timings ->> 'generate')::double precision AS generate_seconds
FROM answers AS a
CROSS JOIN LATERAL (
    SELECT
        count(*) AS candidates,
        count(*) FILTER (WHERE c.passage_number IS NOT NULL) AS in_prompt,
        count(*) FILTER (WHERE c.cited) AS cited
    FROM candidates AS c
    WHERE c.answer_id = a.id
) AS counted;

-- One row a candidate of an answer. fate: cited, in the prompt, or dropped with the reason.
CREATE VIEW ledger_candidates AS
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
    c.text
FROM candidates AS c
JOIN answers AS a ON a.id = c.answer_id;

-- One row for each reason why candidates of an answer did not reach the model, and how good the best of them was.
CREATE VIEW ledger_losses AS
SELECT
    answer_id,
    created_at,
    question,
    fate,
    count(*) AS candidates,
    min(final_rank) AS best_final_rank,
    min(fused_rank) AS best_fused_rank,
    max(combined_score) AS best_combined_score
FROM ledger_candidates
WHERE passage_number IS NULL
GROUP BY answer_id, created_at, question, fate;
