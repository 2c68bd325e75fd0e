"""The paper's Tables 1, 2 and 3 for a dataset."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from fer_core.datasets.dataset import FaceRecords
from fer_core.datasets.summary import LEFT_OUT, split_table
from fer_core.labels import SPLITS
from fer_core.plots.pictures import illustrated
from fer_core.storage.plaintext import percent
from pages.parts.dataset.shown import ShownDataset
from pages.shared import cached
from pages.shared.messages import plain


@cached.by_content(32)
def _statistics(records: FaceRecords, splits: Sequence[str]) -> pd.DataFrame:
    return records.describe_votes(np.isin(records.split, [SPLITS.index(name) for name in splits]))


def show_splits(shown: ShownDataset) -> None:
    """Show the split sizes, and what the label scheme keeps of each."""
    pictures = shown.card.kind == "pictures"
    st.subheader("Splits (Table 3)", anchor="splits")
    table = split_table(shown.outcomes.counts())
    st.markdown(_kept_in_words(int(table["Kept"][0]), int(table["Size"][0])))
    numbers = {name: st.column_config.NumberColumn(format="localized") for name in table.columns[2:]}
    helped = {
        reason.capitalize(): st.column_config.NumberColumn(format="localized", help=f"Left out: {words}.")
        for reason, words in LEFT_OUT.items()
    }
    unused = [reason.capitalize() for reason in LEFT_OUT if not table[reason.capitalize()].sum()]
    st.dataframe(
        table.drop(columns=[*unused, *(["Usage"] if pictures else [])]).set_index("Dataset"),
        column_config=numbers | helped | {"_index": st.column_config.Column("Dataset", pinned=True)},
        alt="Rows of each split, and how many the label scheme keeps.",
    )
    st.caption(
        ("" if pictures else "The paper's Table 3, with the file's names (Usage). ")
        + "Training fits the network, Validation selects the epoch, Testing is held out."
    )


def _kept_in_words(kept: int, size: int) -> str:
    if kept == size:
        return f"This label scheme keeps all {size:,} training rows."
    return (
        f"This label scheme keeps **{kept:,} of {size:,} training rows** ({percent(kept / max(size, 1))}). "
        "The others are under Faces, “left out”."
    )


def show_first_rows(shown: ShownDataset) -> None:
    """Show the first rows as the file has them, or the first files of a dataset of pictures."""
    records = shown.records
    if shown.files:
        _show_first_files(shown.files, records)
        return
    st.subheader("Raw rows (Table 1)", anchor="rows")
    st.dataframe(
        illustrated(records.raw_sample(), records.images),
        hide_index=True,
        row_height=56,
        column_config={
            "face": st.column_config.ImageColumn("face", width="small", help="The pixels drawn."),
            "row": st.column_config.NumberColumn("row", width="small"),
            "emotion": st.column_config.NumberColumn("emotion", width="small", help="FER2013's own label, 0 to 6."),
            "pixels": st.column_config.TextColumn("pixels", width="large", help="48 × 48 grays, 0 black to 255 white."),
        },
        alt="The first five rows of the faces file.",
    )
    st.caption(
        "The paper's Table 1, which prints the row number under “emotion”. Each row holds 2,304 pixels; "
        "fifteen are shown."
    )


def _show_first_files(files: Sequence[str], records: FaceRecords) -> None:
    st.subheader("First files", anchor="rows")
    first = records.raw_sample()[["row", "meaning"]].rename(columns={"meaning": "label"})
    first["file"] = list(files[: len(first)])
    first["split"] = [SPLITS[code] for code in records.split[: len(first)]]
    st.dataframe(
        illustrated(first, records.images),
        hide_index=True,
        row_height=56,
        column_config={"face": st.column_config.ImageColumn("face", width="small")},
        alt="The first five pictures with their files, labels and splits.",
    )


def show_statistics(shown: ShownDataset, splits: Sequence[str]) -> None:
    """Show the statistics of the votes over some splits."""
    if shown.card.kind == "pictures":
        return
    st.subheader("Votes per class (Table 2)", anchor="votes")
    if not shown.records.has_votes:
        st.info(
            f"{plain(shown.card.name)} was imported without the FER+ votes. Import it together with "
            "fer2013new.csv under “Import”.",
            icon=":material/how_to_vote:",
        )
        return
    statistics = _statistics(shown.records, splits)
    st.markdown("Votes of ten people for each answer.")
    st.dataframe(
        statistics,
        column_config={"_index": st.column_config.Column("", pinned=True)},
        alt="Count, mean, standard deviation, minimum, quartiles and maximum of the votes for each answer.",
    )
    whole = "The paper's Table 2. " if len(splits) == len(SPLITS) else ""
    st.caption(f"{whole}Faces: {plain(', '.join(splits))}. NF means “not a face”.")
    st.download_button(
        "Download statistics",
        statistics.to_csv(float_format="%.6f"),
        f"{shown.card.name}-vote-statistics.csv",
        "text/csv",
        on_click="ignore",
        icon=":material/download:",
        key="dataset_download_statistics",
    )
