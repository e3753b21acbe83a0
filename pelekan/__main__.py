"""`python -m pelekan` is `pelekan`."""

import sys

from pelekan.cli import main

sys.exit(main())
