"""`python -m tasks` is the command `duality`."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
