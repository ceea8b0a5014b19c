"""`python -m gigawatt` is the command `gigawatt`."""

import sys

from gigawatt.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
