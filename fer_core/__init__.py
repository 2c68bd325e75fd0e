"""FER Lab's core: everything the pages and the command line do, without Streamlit."""

__version__ = "0.1.0"
