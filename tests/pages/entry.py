"""app.py, started from a folder without `pages`.

AppTest forgets before each run that the app has a navigation of its own, and would run the files of a folder `pages` alone.
"""

import runpy
from pathlib import Path

runpy.run_path(str(Path(__file__).resolve().parents[2] / "app.py"), run_name="__main__")
