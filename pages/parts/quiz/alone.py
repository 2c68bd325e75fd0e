"""A round for one player."""

import streamlit as st

from fer_core.labels import EMOTIONS
from fer_core.lessons.quiz.rounds import Question, QuizRound
from pages.parts.quiz.answers import show_face, show_final, show_network, show_voters

_ANSWERS, QUESTION = "quiz_answers", "quiz_question"
Answers = dict[int, str]


def forget_answers() -> None:
    """Begin at the first face, without answers."""
    st.session_state[_ANSWERS] = {}
    st.session_state[QUESTION] = 1


def play_alone(played: QuizRound, number: int) -> None:
    """Show the chosen face of a round, and the points once every face is answered."""
    st.session_state.setdefault(_ANSWERS, {})
    index = st.pagination(len(played.questions), key=QUESTION) - 1
    _show_question(played, index)
    answers: Answers = st.session_state[_ANSWERS]
    if len(answers) == len(played.questions):
        show_final(played, [answers[i] for i in range(len(answers))], str(number))


def _show_question(played: QuizRound, index: int) -> None:
    question, given = played.questions[index], st.session_state[_ANSWERS].get(index)
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=240):
            show_face(question.face, 240)
        with st.container(width="stretch"):
            if given is None:
                label, key = "What does this expression look like?", f"quiz_answer_{index}"
                st.pills(label, EMOTIONS, key=key, on_change=_answer, args=[index])
                st.caption(f"You get one point for each of the ten {played.voters} who agree with you.")
            else:
                _show_answered(played, question, given)
                if index + 1 < len(played.questions):
                    label, icon = "Next face", ":material/arrow_forward:"
                    st.button(label, type="primary", icon=icon, on_click=_next_question, args=[index + 1])
    if given is not None:
        show_network(question)


def _show_answered(played: QuizRound, question: Question, given: str) -> None:
    st.markdown(f"You said **{given}**: {question.points(given)} of ten {played.voters} agree.")
    show_voters(question, played)


def _answer(index: int) -> None:
    """Take the player's answer to a face; each session answers each face once."""
    answers: Answers = st.session_state[_ANSWERS]
    choice = st.session_state.get(f"quiz_answer_{index}")
    if choice and index not in answers:
        st.session_state[_ANSWERS] = answers | {index: choice}


def _next_question(index: int) -> None:
    st.session_state[QUESTION] = index + 1
