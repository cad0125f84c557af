"""Tests of Parafine; four run at once, so that a second thread of torch in each would only wait for a core."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
