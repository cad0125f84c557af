"""The entry: page set-up, language, navigation. `streamlit run app.py` imports it for the server, then runs it for each page.

The server needs routes of its own beside Streamlit's: plotly's script, and the downloads of models.
"""

import streamlit as st

if __name__ == "__main__":
    from pages.parts.shell import frame

    frame()
else:
    import threading

    from pages.parts.errors import show_failure
    from pages.parts.routes import routes
    from pages.parts.start import take_up_work

    # Whatever was at work when the machine or the server ended is taken up or said to be interrupted, before anybody looks.
    threading.Thread(target=take_up_work, daemon=True).start()

    app = st.App(__file__, routes=routes(), on_script_error=show_failure)
