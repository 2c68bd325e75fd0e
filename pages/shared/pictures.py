"""The built-in pictures and the detector that pages with photos share; both are read-only."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from fer_core.faces.detection import PhotoDetector
from fer_core.recognition.photos import sample_photos, thumbnail
from fer_core.recognition.samples import sample_pictures


@st.cache_resource(show_spinner="Opening the face detector …")
def photo_detector() -> PhotoDetector:
    """The face detector for photos, which threads may share.

    Raises:
        CheckpointError: Its networks are not installed.
    """
    return PhotoDetector()


@st.cache_resource(show_spinner="Drawing the sample pictures …")
def samples(drawn_only: bool = False) -> dict[str, bytes]:
    """The built-in pictures by title; perhaps without the photographs of people."""
    photographs = sample_pictures() if drawn_only else {}
    return {title: content for title, content in sample_photos().items() if title not in photographs}


@st.cache_resource(show_spinner=False)
def sample_thumbnails(width: int, height: int, drawn_only: bool = False) -> dict[str, NDArray[np.uint8]]:
    """The same, small and all of one size."""
    return {title: thumbnail(content, width, height) for title, content in samples(drawn_only).items()}
