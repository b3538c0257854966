"""`python -m sep.config`: the command `sep` without its script."""

from sep.config.cli import main

main()
