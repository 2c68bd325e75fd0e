from fer_core.service.deployment import Deployment
from fer_core.service.diagnostics import folders, machine, megabytes_in, runs_by_state, settings_in_words, versions


def test_versions_and_the_machine_are_known():
    found = versions()
    assert "missing" not in found.values()
    assert found["streamlit"].startswith("1.67")
    assert all(machine().values())
    assert "MB free" in machine()["disk"]


def test_folders_are_measured_and_need_not_be_there(home):
    assert {folder.megabytes for folder in folders()} == {0}
    (home / "runs" / "one").mkdir(parents=True)
    (home / "runs" / "one" / "log.txt").write_bytes(bytes(3 * 2**20))
    (runs,) = [folder for folder in folders() if folder.folder == "runs"]
    assert (runs.entries, runs.megabytes) == (1, 3)
    assert megabytes_in(home / "nowhere") == 0


def test_of_checkpoints_only_one_s_own_are_counted(home, save_tiny):
    """With the project's folder as the home, shipped ones and other files lie beside them."""
    (home / "models" / "README.md").parent.mkdir(parents=True)
    (home / "models" / "README.md").write_text("not a checkpoint")
    save_tiny("theirs").directory.rename(home / "models" / "fer-lab")
    own = save_tiny("mine")
    (found,) = [folder for folder in folders() if "checkpoints" in folder.folder]
    assert found.entries == 1
    assert found.megabytes == megabytes_in(own.directory)


def test_no_runs_are_no_states(home):
    assert runs_by_state() == {}


def test_the_key_is_never_told():
    words = settings_in_words(Deployment("education", operator_key="a-long-secret-key"))
    assert "a-long-secret-key" not in str(words)
    assert words["own faces"] == "off"
