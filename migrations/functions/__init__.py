"""Functions of the database, one .sql file each with CREATE OR REPLACE; the newest revision creates all of them.

A function changes in its file, and a new revision calls create_functions(). Name, parameters and result must stay:
a generated column depends on search_vector, and CREATE OR REPLACE refuses other signatures. Where an index or a
generated column depends on a function's result, the revision rewrites it too.
"""

from pathlib import Path

from alembic import op


def create_functions() -> None:
    """Create or replace every function, in the transaction of the migration.

    Bodies are not checked: an older revision that runs today's files may lack tables of a newer one.
    """
    cursor = op.get_bind().connection.cursor()
    cursor.execute("SET LOCAL check_function_bodies = off")
    for path in sorted(Path(__file__).parent.glob("*.sql")):
        cursor.execute(path.read_text("utf-8"))
    cursor.execute("SET LOCAL check_function_bodies = on")
