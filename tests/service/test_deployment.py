import pytest

from fer_core.errors import SettingError
from fer_core.service.deployment import Deployment, Limits, read_deployment


def read(**settings):
    return read_deployment(lambda name: settings.get(name, ""))


def test_nothing_set_is_a_personal_computer():
    assert read() == Deployment("personal", limits=Limits(webcams=4, upload_mb=400, session_mb=800, server_mb=4000))
    assert read().admits_faces


@pytest.mark.parametrize("context", ["education", "workplace", " Education "])
def test_at_school_and_at_work_faces_start_off(context):
    assert not read(FER_CONTEXT=context).admits_faces
    assert read(FER_CONTEXT=context, FER_OWN_FACES="enabled").admits_faces


@pytest.mark.parametrize("context", ["personal", "research"])
def test_elsewhere_they_are_on(context):
    assert read(FER_CONTEXT=context).admits_faces


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("FER_CONTEXT", "eductaion"),
        ("FER_CONTEXT", "school"),
        ("FER_OWN_FACES", "true"),
        ("FER_OPERATOR", "on"),
        ("FER_WEBCAMS", "-1"),
        ("FER_WEBCAMS", "many"),
        ("FER_WEBCAMS", "٣"),
        ("FER_UPLOAD_MB", "0"),
        ("FER_SESSION_MB", "1.5"),
        ("FER_SERVER_MB", "1" * 40),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_setting_s_name(name, text):
    with pytest.raises(SettingError, match=name):
        read(**{name: text})


def test_limits_and_the_rest_are_read():
    found = read(FER_WEBCAMS="0", FER_SESSION_MB="50", FER_CONTACT=" the teacher ", FER_OPERATOR="a-long-enough-key")
    assert (found.limits.webcams, found.limits.session_mb, found.contact) == (0, 50, "the teacher")
    assert "a-long-enough-key" not in repr(found)
