-- name: insert_answer
INSERT INTO answers (
    id, chat_id, question, query, collection, text, outcome, error, sentences, removed_markers, passages, prompt, model,
    usage, tokens, token_budget, reranker, scored, notices, timings, settings, plan, first_version, version
) VALUES (
    CAST(:id AS uuid), CAST(:chat_id AS uuid), :question, CAST(:query AS jsonb), :collection, :text, :outcome, :error,
    CAST(:sentences AS jsonb), :removed_markers, CAST(:passages AS jsonb), CAST(:prompt AS jsonb),
    CAST(:model AS jsonb), CAST(:usage AS jsonb), :tokens, :token_budget, :reranker, :scored,
    CAST(:notices AS jsonb), CAST(:timings AS jsonb), CAST(:settings AS jsonb), CAST(:plan AS jsonb),
    CAST(:first_version AS uuid),
    1 + coalesce(
        (
            SELECT max(version) FROM answers
            WHERE id = CAST(:first_version AS uuid) OR first_version = CAST(:first_version AS uuid)
        ), 0
    )
)

-- name: select_first_version
-- Of an answer in the chat; no row for one that is elsewhere or gone.
SELECT coalesce(first_version, id)::text
FROM answers
WHERE id = CAST(:id AS uuid) AND chat_id = CAST(:chat_id AS uuid)

-- name: show_version
-- Exactly one version of an answer is shown.
UPDATE answers
SET current = (id = CAST(:id AS uuid))
WHERE (id = CAST(:first_version AS uuid) OR first_version = CAST(:first_version AS uuid))
    AND current <> (id = CAST(:id AS uuid))

-- name: touch_chat
UPDATE chats SET updated_at = now() WHERE id = CAST(:chat_id AS uuid)

-- name: insert_candidate
INSERT INTO candidates (
    answer_id, fused_rank, chunk_id, document_id, collection, title, source_uri, media_type, heading, part_kind,
    part_first, part_last, part_name, ordinal, start_char, end_char, text, vector_rank, vector_distance, text_rank,
    text_score, fused_score, logit, rerank_score, final_rank, fate, fate_detail, passage_number, cited, name, dated, reason,
    found_by, similarity, document_sha256
) VALUES (
    CAST(:answer_id AS uuid), :fused_rank, :chunk_id, :document_id, :collection, :title, :source_uri, :media_type,
    :heading, :part_kind, :part_first, :part_last, :part_name, :ordinal, :start_char, :end_char, :text, :vector_rank,
    :vector_distance, :text_rank, :text_score, :fused_score, :logit, :rerank_score, :final_rank, :fate, :fate_detail,
    :passage_number, :cited, :name, :dated, :reason, :found_by, :similarity,
    (SELECT sha256 FROM documents WHERE id = :document_id)
)

-- name: select_answers
SELECT id::text AS id, chat_id::text AS chat_id, question, query, collection, text, outcome, error, sentences,
    removed_markers, passages, prompt, model, usage, tokens, token_budget, reranker, scored, notices, timings, settings, plan,
    feedback, created_at, first_version::text AS replaces,
    ARRAY(
        SELECT v.id::text FROM answers AS v
        WHERE v.id = coalesce(answers.first_version, answers.id)
            OR v.first_version = coalesce(answers.first_version, answers.id)
        ORDER BY v.version
    ) AS versions
FROM answers
WHERE id = ANY(CAST(:ids AS uuid[]))

-- name: select_candidates
SELECT answer_id::text AS answer_id, chunk_id, document_id, collection, title, source_uri, media_type, heading, part_kind, part_first, part_last,
    part_name, ordinal, start_char, end_char, text, vector_rank, vector_distance, text_rank, text_score, fused_rank,
    fused_score, logit, rerank_score, final_rank, fate, fate_detail, passage_number, cited, name, dated, reason, found_by,
    similarity
FROM candidates
WHERE answer_id = ANY(CAST(:ids AS uuid[]))
ORDER BY final_rank NULLS LAST, fused_rank

-- name: select_last
SELECT id::text AS id FROM answers WHERE current ORDER BY created_at DESC, id LIMIT 1

-- name: select_by_prefix
-- Two rows are enough to see that the prefix is ambiguous.
SELECT id::text AS id
FROM answers
WHERE starts_with(id::text, :prefix)
ORDER BY created_at DESC, id
LIMIT 2

-- name: select_history
SELECT a.id::text AS id, a.chat_id::text AS chat_id, a.question, a.outcome, a.sentences,
    (
        SELECT count(*) FROM candidates WHERE candidates.answer_id = a.id AND candidates.fate <> 'dropped: fused out'
    ) AS candidates, a.feedback, a.created_at
FROM answers AS a
LEFT JOIN chats AS c ON c.id = a.chat_id
WHERE coalesce(nullif(a.owner, ''), c.owner, '') = :owner AND a.current
ORDER BY a.created_at DESC, a.id
LIMIT :limit

-- name: insert_chat
INSERT INTO chats (id, owner, title) VALUES (CAST(:id AS uuid), :owner, :title)

-- name: select_chat_answers
-- The shown versions; each stands in the place of its first.
SELECT a.id::text AS id
FROM answers AS a
LEFT JOIN answers AS f ON f.id = a.first_version
WHERE a.chat_id = CAST(:chat_id AS uuid) AND a.current
ORDER BY coalesce(f.created_at, a.created_at), coalesce(f.id, a.id)

-- name: update_feedback
UPDATE answers SET feedback = :value WHERE id = CAST(:id AS uuid)

