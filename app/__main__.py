"""`python -m app`: the commands of the answering road."""

from app.cli import main

main()
