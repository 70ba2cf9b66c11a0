-- name: acts_as_admin
SELECT acts_as_admin()
