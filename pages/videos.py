"""What every face in a video looks like to the network, moment by moment."""

import streamlit as st

from pages.parts.videos.form import offer_again, order_analysis
from pages.parts.videos.view import current_job, show_job
from pages.shared.navigation import start_page
from pages.shared.pickers import choose_recognition

start_page(
    "videos",
    "Follow each face's apparent expression through a video; an expression is not a feeling.",
)
job = current_job()
if job is not None:
    if not job.status.is_active:
        offer_again(job)
    show_job(job)
    st.stop()
order_analysis(*choose_recognition())
