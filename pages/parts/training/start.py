"""Where settings come from: presets, files and earlier runs."""

import json
from collections.abc import Iterable

import streamlit as st

from fer_core.datasets.store import DatasetCard
from fer_core.datasets.subsets import list_subsets
from fer_core.errors import TrainingError
from fer_core.plots.training import small_curve
from fer_core.storage.plaintext import setting_text
from fer_core.training.runs.duration import expected_seconds, in_minutes
from fer_core.training.runs.lifecycle import start_run
from fer_core.training.runs.store import list_runs
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.presets import FINE_TUNING, PRESETS, SMALL_SET
from pages.parts.training.controls import DEFAULTS, key_of
from pages.shared.cached import records
from pages.shared.messages import errors_shown, plain
from pages.shared.uploads import kinds

_NEXT, _NEWS = "settings to take", "settings taken"
_BEGUN, _GIVEN = "small datasets begun", ("dataset", "scheme")


def take_settings(config: TrainingConfig, source: str) -> None:
    """Fill the form with settings on the next run of the page, which then names their source."""
    st.session_state[_NEXT] = (config, source)


def fill_form(datasets: Iterable[DatasetCard]) -> None:
    """Put settings that were taken into the controls, before any of them is drawn."""
    if _NEXT not in st.session_state:
        return
    config, source = st.session_state.pop(_NEXT)
    values = {name: list(value) if isinstance(value, tuple) else value for name, value in config.flat().items()}
    dataset = next((card for card in datasets if card.name == config.dataset), None)
    if dataset is None:
        del values["dataset"]
    if dataset is None or config.exclude not in [known.name for known in list_subsets(dataset)]:
        values["exclude"] = ""
    st.session_state.update({key_of(name): value for name, value in values.items()})
    st.session_state[_NEWS] = (source, "" if dataset else config.dataset)


def begin_small_set(dataset: DatasetCard) -> None:
    """For a small dataset fill an untouched form with :data:`FINE_TUNING`, once a session."""
    begun = st.session_state.setdefault(_BEGUN, set())
    if not is_small(dataset) or dataset.fingerprint in begun:
        return
    begun.add(dataset.fingerprint)
    chosen = {name: st.session_state.get(key_of(name), value) for name, value in DEFAULTS.items()}
    untouched = [setting_text(chosen[name]) == setting_text(DEFAULTS[name]) for name in DEFAULTS if name not in _GIVEN]
    if all(untouched):
        schemes = tuple(scheme.name for scheme in records(dataset).schemes)
        take_settings(FINE_TUNING.config(dataset.name, dataset.sizes["train"], schemes), f"“{FINE_TUNING.title}”")
        st.rerun()


def is_small(dataset: DatasetCard) -> bool:
    """Whether a dataset has too few pictures for a network of fresh weights; drawn faces are made for one."""
    return not dataset.is_drawn and dataset.sizes["train"] < SMALL_SET


def announce_settings() -> None:
    """Say once where the settings in the form come from."""
    if _NEWS in st.session_state:
        source, missing = st.session_state.pop(_NEWS)
        st.toast(f"Settings of {plain(source)} loaded.", icon=":material/tune:")
        if missing:
            st.warning(f"The dataset {plain(missing)} is missing; choose another below.", icon=":material/warning:")


def choose_preset(dataset: DatasetCard) -> None:
    """A card for each preset that suits the dataset: what to expect here, its start, and its settings for the form."""
    schemes = tuple(scheme.name for scheme in records(dataset).schemes)
    runs = list_runs()
    presets = [preset for preset in PRESETS if preset.suits(dataset.sizes["train"])]
    for column, preset in zip(st.columns(len(presets)), presets, strict=True):
        config = preset.config(dataset.name, dataset.sizes["train"], schemes)
        duration = in_minutes(expected_seconds(config, dataset.sizes["train"], runs))
        with column, st.container(border=True, height="stretch", gap="xsmall"):
            st.markdown(f"**{preset.title}**  \n{preset.reason}")
            if preset.result:
                st.caption(f"Measured: {preset.result}.")
            if preset.curve:
                st.html(small_curve(preset.curve))
            st.space("stretch")
            with st.container(horizontal=True, gap="small"):
                key = f"start_{preset.name}"
                if st.button(f"Start ({duration})", key=key, type="primary"):
                    st.session_state["run"] = start_run(config, None).name
                    st.session_state["started"] = st.session_state["run"]
                    st.rerun()
                if st.button("Edit settings", key=f"preset_{preset.name}", type="tertiary", icon=":material/tune:"):
                    take_settings(config, f"“{preset.title}”")
                    st.rerun()


def exchange_settings(config: TrainingConfig) -> None:
    """Settings as a file: down to keep or pass on, up to use again."""
    with st.expander("Settings file", icon=":material/data_object:"):
        left, right = st.columns(2, gap="large", vertical_alignment="bottom")
        left.download_button(
            "Download settings",
            config.to_json(),
            f"{config.architecture}.json",
            "application/json",
            icon=":material/download:",
            key="download_settings",
        )
        file = right.file_uploader("Upload settings", kinds("json"), key="settings_upload")
        if file is not None and st.session_state.get("settings_file") != file.file_id:
            st.session_state["settings_file"] = file.file_id
            with errors_shown(stop=False):
                take_settings(_read(file.getvalue()), f"the file {file.name}")
                st.rerun()


def _read(content: bytes) -> TrainingConfig:
    """Settings from a file: a run's ``config.json``, or a checkpoint's ``card.json`` that holds one."""
    try:
        text = content.decode("utf-8")
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TrainingError(f"The file is not valid JSON ({error!s:.80}). Choose a settings file.") from error
    inner = document.get("config") if isinstance(document, dict) else None
    return TrainingConfig.from_dict(inner) if isinstance(inner, dict) else TrainingConfig.from_json(text)
