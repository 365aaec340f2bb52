"""`python -m quantize` is the command `quantize`."""

import sys

from quantize.cli import main

sys.exit(main())
