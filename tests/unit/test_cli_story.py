from remit.cli.demo.story import Story
from tests.fakes import told as runs


def test_a_story_holds_only_if_everything_is_as_wanted() -> None:
    story = Story("A refund")
    story.expect("paid once", 1, 1)
    assert story.held
    story.expect("no second row", ["row"], [])
    assert not story.held
    assert story.checks[1].seen == "['row']"


def test_a_story_without_a_check_does_not_hold() -> None:
    assert not Story("Nothing was looked at").held


def test_a_story_is_told_in_the_ledgers_words() -> None:
    story = Story("A refund")
    story.tell(runs.paid())
    labels = [label for label, _ in story.lines]
    assert labels == ["request", "intent", "decision", "e-mail", "answer", "decision", "execution", "read-back", "outcome"]
    assert "refunds.over-autonomy: A refund above $500.00" in story.lines[2][1]
    assert story.run == "run-77"
