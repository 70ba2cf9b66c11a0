-- name: take
-- Held until it is given back or the session ends; false while another session holds it.
SELECT pg_try_advisory_lock(hashtextextended(:key, 0))

-- name: give_back
SELECT pg_advisory_unlock(hashtextextended(:key, 0))

-- name: notice_a_dead_peer
-- A machine that loses power closes no connection: the server asks after it, so that its locks are free in a minute.
SELECT set_config('tcp_keepalives_idle', '30', FALSE), set_config('tcp_keepalives_interval', '10', FALSE),
    set_config('tcp_keepalives_count', '3', FALSE)
