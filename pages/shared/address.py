"""What a page's address asks for: choices with an entry of the browser's history each, and what of it is not here.

Most widgets are bound to the address by Streamlit, which replaces the entry of the history. What is named here adds an
entry, but only when a person chooses, so that the browser's "Back" undoes one choice and then leaves the page.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

import streamlit as st

from pages.shared.messages import plain
from pages.shared.streamlit_internals import came_by_history

_PLACE, _SEEN, _GONE = "address place", "address seen", "address gone"
_CHECKED, _NAMED = "address checked", "address named"
_DEFAULTS, _CHOSEN = "address defaults", "address chosen"


def newly_asked(parameter: str, *, old_name: str = "") -> str | None:
    """Return what the address newly asks for: "" when "Back" took it away, None when it says nothing new."""
    asked = ",".join(st.query_params.get_all(parameter) or st.query_params.get_all(old_name))
    known = st.session_state.get(_followed(parameter), "")
    st.session_state[_followed(parameter)] = asked
    return asked if asked != known and (asked or came_by_history()) else None


def follow_address(
    parameter: str,
    key: str,
    options: Sequence[str],
    default: str,
    *,
    old_name: str = "",
    titles: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Let the address choose an option of the widget of a key; called just before the widget is drawn.

    The address may name it by its title; titles are given with their options. Without a word of the address, what this
    session chose on another page stays, where the page offers it.
    """
    st.session_state.setdefault(_NAMED, {})[parameter] = key, default
    _forget_default(key, default)
    asked = newly_asked(parameter, old_name=old_name)
    if asked:
        asked = titles.get(asked, asked)
        check_asked(parameter, asked, options, str(st.session_state.get(key, default)))
    if asked is not None and (asked in options or not asked):
        st.session_state[key] = asked or default
        st.session_state[_CHOSEN] = {*st.session_state.get(_CHOSEN, ()), key}
    elif st.session_state.get(key, default) not in options:
        st.session_state[key] = default  # set, not deleted: the browser would keep and send what it showed before


def _forget_default(key: str, default: str) -> None:
    """Forget what a widget showed on another page by default: only what somebody chose is carried along."""
    defaults: dict[str, str] = st.session_state.setdefault(_DEFAULTS, {})
    before = defaults.get(key)
    is_chosen = key in st.session_state.get(_CHOSEN, ())
    if before not in (None, default) and st.session_state.get(key) == before and not is_chosen:
        st.session_state[key] = default
    defaults[key] = default


def write_choice(parameter: str, key: str, default: str) -> None:
    """Name in the address what a person has just chosen; the callback of the widget of a key."""
    st.session_state[_CHOSEN] = {*st.session_state.get(_CHOSEN, ()), key}
    name_in_address(parameter, str(st.session_state[key]), default)


def name_in_address(parameter: str, value: str, default: str) -> None:
    """Name a person's choice in the address, unless it is the default: a new entry of the history.

    With it come the page's other choices that were made elsewhere, so that a copied address shows the same.
    """
    if value == default and parameter in st.query_params:
        del st.query_params[parameter]
    named: dict[str, tuple[str, str]] = st.session_state.get(_NAMED, {})
    chosen = {name: str(st.session_state.get(key, first)) for name, (key, first) in named.items()} | {parameter: value}
    defaults = {name: first for name, (_, first) in named.items()} | {parameter: default}
    st.query_params.update({name: text for name, text in chosen.items() if text != defaults[name]})
    for name in chosen:
        st.session_state[_followed(name)] = st.query_params.get(name, "")


def carried(parameters: Sequence[str]) -> dict[str, str]:
    """Return what this session chose of some parameters, for links to other pages that have the same choices."""
    chosen, defaults = st.session_state.get(_CHOSEN, ()), st.session_state.get(_DEFAULTS, {})
    values = {name: str(st.session_state[name]) for name in parameters if name in chosen and name in st.session_state}
    return {name: value for name, value in values.items() if value != defaults.get(name)}


def check_asked(parameter: str, asked: str, options: Container[str], instead: str) -> None:
    """Have the page say that the address asks for something that is not among the options, and what is shown."""
    st.session_state.setdefault(_CHECKED, set()).add(parameter)
    if asked not in options:
        st.session_state.setdefault(_GONE, {})[parameter] = asked, instead
        _say(st.session_state[_GONE])  # at once, because a page that stops itself can say nothing more


def keep_place(*, is_new_page: bool) -> None:
    """Keep a place below the heading for what the address asks for in vain."""
    if is_new_page:
        st.session_state.pop(_GONE, None)
        for key in [key for key in st.session_state if str(key).startswith(_followed(""))]:
            st.session_state[key] = None  # its widgets are gone: whatever the address asks for is new to this page
    st.session_state[_NAMED] = {}
    st.session_state[_PLACE] = st.empty()
    _say(_still_gone())


@contextmanager
def address_checked() -> Iterator[None]:
    """Run a page, then say what its address asks for and it does not have.

    Streamlit takes such values out of the address without a word.
    """
    seen: dict[str, list[str]] = st.session_state.get(_SEEN, {})
    asked = {name: st.query_params.get_all(name) for name in st.query_params}
    st.session_state[_CHECKED] = set()
    try:
        yield
    finally:
        gone: dict[str, tuple[str, str]] = st.session_state.get(_GONE, {})
        checked: set[str] = st.session_state[_CHECKED]
        gone |= {
            name: (", ".join(values), _in_words(st.session_state[name]))
            for name, values in asked.items()
            if name not in checked and values != seen.get(name) and _is_refused(name, values)
        }
        st.session_state[_GONE] = gone
        st.session_state[_SEEN] = {name: st.query_params.get_all(name) for name in st.query_params}
        _say(_still_gone())


def _still_gone() -> dict[str, tuple[str, str]]:
    """Return what is gone, without that for which a person has chosen something else since."""
    gone: dict[str, tuple[str, str]] = st.session_state.get(_GONE, {})
    st.session_state[_GONE] = {name: said for name, said in gone.items() if _is_shown(name, said[1])}
    return dict(st.session_state[_GONE])


def _is_refused(name: str, values: list[str]) -> bool:
    """Return whether a bound widget was drawn and shows something else than the address asked for."""
    if name in st.query_params and st.query_params.get_all(name) == values:
        return False  # it was taken, or belongs to no widget that is drawn
    shown = st.session_state.get(name)
    each = list(shown) if isinstance(shown, list | tuple) else [shown]
    return shown is not None and not all(any(_is_same(value, one) for one in each) for value in values)


def _is_same(text: str, value: Any) -> bool:  # noqa: ANN401 (of any widget)
    try:
        return text.casefold() == str(value).casefold() or float(text) == float(value)
    except (TypeError, ValueError):
        return False


def _is_shown(name: str, instead: str) -> bool:
    """Return whether a widget still shows what it showed instead: a person has chosen nothing since."""
    return name not in st.session_state or _in_words(st.session_state[name]) == instead


def _in_words(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _say(gone: dict[str, tuple[str, str]]) -> None:
    place = st.session_state.get(_PLACE)
    if not gone or place is None:
        return
    parts = [
        f"{plain(name.rsplit('_', 1)[-1])} “{plain(value)}”" + (f" (shown: {plain(instead)})" if instead else "")
        for name, (value, instead) in gone.items()
    ]
    place.warning(f"Not found here, though the address asks for it: {'; '.join(parts)}.", icon=":material/link_off:")


def _followed(parameter: str) -> str:
    return f"address followed {parameter}"
