"""`remit demo`: the stories, told from the deployed system."""

from collections.abc import Callable, Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from remit.cli.demo.stories import APPROVED, PEOPLE, RECORDS, STORIES
from remit.cli.demo.story import Story
from remit.cli.demo.world import World
from remit.cli.errors import CliError, advice
from remit.cli.local import Port, deployed
from remit.cli.output import JsonFlag, out, print_json, progress
from remit.cli.target import find_root
from remit.client_errors import ClientError


def demo(port: Port = 4566, as_json: JsonFlag = False) -> None:
    """Start the local cloud, deploy, and tell the stories from the deployed system. Exit code 1 if one does not hold."""
    with deployed(find_root(), port) as state:
        world = World(state)
        world.seed(RECORDS)
        world.staff(PEOPLE)
        told = [_shown(story, number, as_json) for number, story in enumerate(_tell(world))]
    failed = [story for story in told if not story.held]
    if as_json:
        print_json({"held": not failed, "stories": [story.as_json() for story in told]})
    else:
        _print_next(told)
    if failed:
        raise CliError(f"{len(failed)} of {len(told)} stories did not hold: see the ✘ above, and the logs in {state.log_dir}.")


def _tell(world: World) -> Iterator[Story]:
    for title, tale in STORIES:
        story = Story(title)
        with progress(title, plain=False):
            attempt(tale, story, world)
        yield story


def attempt(tale: Callable[[Story, World], None], story: Story, world: World) -> None:
    """Tell the story as far as it goes: what stops it is one more thing that did not hold."""
    try:
        tale(story, world)
    except (ClientError, CliError) as error:
        story.expect("it can be told to its end", advice(error) if isinstance(error, ClientError) else str(error), "")


def _shown(story: Story, number: int, as_json: bool) -> Story:
    if not as_json:
        out().print(_rendered(story, number, out()), "")
    return story


def _rendered(story: Story, number: int, console: Console) -> Table:
    whole = Table.grid(padding=(0, 1), expand=False)
    whole.add_column(width=10, justify="right", style="bold cyan")
    whole.add_column(overflow="fold")
    whole.add_row(str(number), Text(story.title, style="bold"))
    for label, text in story.lines:
        whole.add_row(Text(label, style="dim"), text)
    yes, no = ("✔", "✘") if console.encoding.startswith("utf") else ("yes", "NO")
    for check in story.checks:
        style, text = ("green", check.claim) if check.held else ("red", f"{check.claim}; it is: {check.seen}")
        whole.add_row(Text(yes if check.held else no, style=style), Text(text, style="" if check.held else style))
    return whole


def _print_next(told: list[Story]) -> None:
    held = sum(story.held for story in told)
    run = next(story.run for story in told if story.title == APPROVED)
    payload = '{"account_id":"A-100","order_id":"O-1003","amount":1500,"currency":"USD","reason":"late"}'
    out().print(
        f"{held} of {len(told)} stories held, as read from the deployed system. It stays up. To look around:",
        '  . .venv/bin/activate && eval "$(remit env)"',
        f"  remit trace {run}",
        f"  remit act support refunds.issue_refund --payload '{payload}'",
        "  remit approvals list",
        "  remit inbox",
        "  make down",
        sep="\n",
        soft_wrap=True,
    )
