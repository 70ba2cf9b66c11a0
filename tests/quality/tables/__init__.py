"""Questions over the cells of tables measured on made files, with known answers."""
