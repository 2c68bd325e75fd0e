"""A server that starts removes what is surely dead, and nothing else."""

from dataclasses import replace

from fer_core.checkpoints.checkpoint import list_checkpoints
from fer_core.service.housekeeping import tidy_up
from fer_core.training.runs.store import create_run
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.metrics import write_status


def run_with_backup(name, **changes):
    run = create_run(TrainingConfig(), name)
    (run.folder / "backup").mkdir()
    (run.folder / "backup" / "epoch-0001.npz").write_bytes(bytes(100))
    write_status(run.folder, replace(run.status, **changes))
    return run


def test_saved_states_go_when_a_checkpoint_holds_the_weights(home, save_tiny):
    done = run_with_backup("done", state="finished", checkpoint="done")
    save_tiny("done", provenance={"run": done.record.id})
    save_tiny("other", provenance={"run": "of another run"})
    kept = [
        run_with_backup("stopped", state="stopped", checkpoint="done"),
        run_with_backup("paused", state="paused"),
        run_with_backup("running", state="running"),
        run_with_backup("deleted", state="finished", checkpoint="deleted"),
        run_with_backup("confused", state="finished", checkpoint="other"),
    ]
    tidy_up()
    assert not (done.folder / "backup").exists()
    assert [c.name for c in list_checkpoints()] == ["done", "other"]
    assert all((run.folder / "backup" / "epoch-0001.npz").exists() for run in kept)


def test_half_written_folders_go(home, save_tiny):
    save_tiny("mine")
    for place in ("models/.mine.new", "models/.other.old", "data/.faces.new", "runs/.gone.deleted"):
        (home / place).mkdir(parents=True)
        (home / place / "file").write_text("half")
    tidy_up()
    assert sorted(path.name for path in (home / "models").iterdir() if path.suffix != ".lock") == ["mine", "other"]
    assert not (home / "data" / ".faces.new").exists()
    assert not (home / "runs" / ".gone.deleted").exists()


def test_an_empty_home_stays_empty(home):
    tidy_up()
    assert list(home.iterdir()) == []
