-- name: acquire
-- Held until it is released or the session ends; false while another session holds it.
SELECT pg_try_advisory_lock(hashtextextended(:key, 0))

-- name: release
SELECT pg_advisory_unlock(hashtextextended(:key, 0))

-- name: keepalive
-- A machine that loses power closes no connection. The server probes it, so that its locks are free within a minute.
SELECT set_config('tcp_keepalives_idle', '30', FALSE), set_config('tcp_keepalives_interval', '10', FALSE),
    set_config('tcp_keepalives_count', '3', FALSE)
