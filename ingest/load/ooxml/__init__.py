"""What Word, PowerPoint and Excel files have in common: parts, charts, diagrams, equations, embedded files."""
