"""Parafine without its pages: everything a notebook user could call. Nothing here imports streamlit."""
