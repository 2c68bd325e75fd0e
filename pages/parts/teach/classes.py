"""The classes with their examples: names, counts, thumbnails, and undo."""

from functools import partial

import streamlit as st

from fer_core.lessons.teach.examples import LONGEST_CLASS_NAME, MOST_CLASSES, ExampleClass, Examples
from fer_core.lessons.teach.sources import beginning
from fer_core.plots.pictures import contact_sheet
from pages.parts.teach.state import TARGET, Lesson
from pages.shared.messages import plain
from pages.shared.tiles import show_tiles

_FACE = 40  # CSS pixels
_SHOWN = 32  # of a class's newest examples
_ROUND = "teach round"  # grows when a name was refused, so that its box shows the old one again


def show_classes(lesson: Lesson) -> None:
    """A card for each class, buttons to add one and to undo, and a beginning where there is nothing yet."""
    for place, one in enumerate(lesson.examples.classes):
        with st.container(border=True, gap="small"):
            _show_class(lesson, place, one)
    with st.container(horizontal=True):
        st.button(
            "Add class",
            icon=":material/add:",
            key="teach_add_class",
            on_click=_add_class,
            args=[lesson],
            disabled=len(lesson.examples.classes) >= MOST_CLASSES,
        )
        st.button("Undo", icon=":material/undo:", key="teach_undo", on_click=lesson.undo, disabled=not lesson.before)
        if len(lesson.examples):
            clear = partial(lesson.change, Examples)
            st.button("Start over", icon=":material/restart_alt:", key="teach_clear", type="tertiary", on_click=clear)
        else:
            fill = partial(lesson.change, beginning)
            st.button("Use drawn faces", icon=":material/draw:", key="teach_fill", on_click=fill)


def _show_class(lesson: Lesson, place: int, one: ExampleClass) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _show_name(lesson, place, one)
        st.markdown(_counted(one), width="content")
        if len(lesson.examples.classes) > 1:
            st.button(
                "Delete",
                icon=":material/delete:",
                type="tertiary",
                key=f"teach_delete_{place}",
                help="Undo brings it back.",
                on_click=partial(lesson.change, partial(lesson.examples.without_class, place)),
            )
    if not len(one):
        st.caption("No examples yet. Choose this class under “Add examples”.")
        return
    _show_faces(lesson, place, one)


def _show_name(lesson: Lesson, place: int, one: ExampleClass) -> None:
    key = f"teach_name_{place}_{one.name}_{st.session_state.get(_ROUND, 0)}"

    def rename() -> None:
        name = str(st.session_state[key])
        lesson.change(lambda: lesson.examples.renamed(place, name))
        if lesson.fault is None and st.session_state.get(TARGET) == one.name:
            st.session_state[TARGET] = lesson.examples.class_names[place]
        if lesson.fault is not None:
            st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1

    st.text_input(
        f"Class {place + 1}",
        one.name,
        max_chars=LONGEST_CLASS_NAME,
        key=key,
        label_visibility="collapsed",
        on_change=rename,
        width="stretch",
    )


def _counted(one: ExampleClass) -> str:
    count, recordings = len(one), len(one.recordings)
    examples = "1 example" if count == 1 else f"{count:,} examples"
    return f"**{examples}**" + (f" in {recordings} recordings" if recordings > 1 else "")


def _show_faces(lesson: Lesson, place: int, one: ExampleClass) -> None:
    images = one.images[-_SHOWN:]
    first = len(one) - len(images)
    clicked = show_tiles(
        contact_sheet(images),
        [f"Delete example {first + number + 1} of {one.name}" for number in range(len(images))],
        key=f"teach_faces_{place}",
        size=_FACE,
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        older = f" {first:,} older ones are not shown." if first else ""
        st.caption(f"Click a face to delete it.{older}", width="stretch")
        with st.popover("Recordings", type="tertiary", key=f"teach_recordings_{place}"):
            for recording in one.recordings:
                st.button(
                    f"{plain(recording.title)} ({len(recording)})",
                    icon=":material/delete:",
                    key=f"teach_recording_{recording.key}",
                    on_click=partial(lesson.change, partial(lesson.examples.without_recording, recording.key)),
                )
    if clicked is not None:
        lesson.change(partial(lesson.examples.without_face, place, first + clicked))
        st.rerun()


def _add_class(lesson: Lesson) -> None:
    names = {name.casefold() for name in lesson.examples.class_names}
    name = next(name for number in range(1, MOST_CLASSES + 2) if (name := f"Class {number}").casefold() not in names)
    lesson.change(partial(lesson.examples.with_class, name))
