"""Glossary, to be searched: the word that is looked for stands first."""

import streamlit as st

from fer_core.lessons.glossary import GLOSSARY

WORD = "word"
"""The parameter of the address with what is looked for."""


def show_glossary() -> None:
    """Show a search field and the words that match, explained."""
    st.subheader("Glossary", anchor="glossary")
    wanted = st.text_input("Find a word", placeholder="such as dropout", key=WORD, bind="query-params").strip()
    found = _found(wanted.casefold())
    if not found:
        st.caption("Not in the glossary yet.")
    for column, words in zip(st.columns(2, gap="large"), (found[::2], found[1::2]), strict=True):
        column.markdown("\n\n".join(f"**{word}**  \n{GLOSSARY[word]}" for word in words))


def _found(wanted: str) -> list[str]:
    """Return the words that are or contain what is wanted, then those whose explanations do."""
    ranks = {word: _rank(word.casefold(), text.casefold(), wanted) for word, text in GLOSSARY.items()}
    return sorted((word for word, rank in ranks.items() if rank < 3), key=ranks.__getitem__)


def _rank(word: str, text: str, wanted: str) -> int:
    return 0 if word == wanted else 1 if wanted in word else 2 if wanted in text else 3
