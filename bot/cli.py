"""The command `sorora`."""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import sys
import webbrowser
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from bot import logs, simulation, whatsapp_cli
from bot.app import demo as serve_demo
from bot.app import find_programme, open_store, put_together
from bot.app import run as serve_run
from bot.channels.terminal import Terminal
from bot.checkup import checkup, costs
from bot.clock import SystemClock
from bot.errors import SettingError, SororaError
from bot.i18n import Catalogs
from bot.mentoring.team import NUMBER_HOLDS
from bot.settings import Settings
from bot.simulation import report
from bot.store import backup as backups
from bot.store import copying, invites, team
from bot.store.door import Store
from bot.store.schema import migrate as migrate_store
from bot.store.schema import up_to_date
from bot.vault import Vault, new_key

app = typer.Typer(
    help="Sorora: peer mentoring of migrant women, in the chat.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # its tracebacks show values
    add_completion=False,
)
keys = typer.Typer(help="Keys that encrypt what people write.", no_args_is_help=True)
app.add_typer(keys, name="keys")
coordinators = typer.Typer(help="Who approves mentors and looks after reports.", no_args_is_help=True)
app.add_typer(coordinators, name="coordinators")
app.add_typer(whatsapp_cli.app, name="whatsapp")
CLOCK = SystemClock()


def main() -> NoReturn:
    """The command line. Exit code 2 where a setting is missing or wrong, 1 where something else stands in the way."""
    os.umask(0o077)  # what is written here is for its owner alone
    logs.set_up(CLOCK)
    try:
        app()
    except SettingError as wrong:
        typer.echo(str(wrong), err=True)
        sys.exit(2)
    except SororaError as trouble:
        typer.echo(str(trouble), err=True)
        sys.exit(1)
    sys.exit(0)


def settings() -> Settings:
    """The settings of this process."""
    return Settings.from_environment(os.environ)


@asynccontextmanager
async def database() -> AsyncIterator[Store]:
    """The database of the settings. Raises SettingError where it was not made yet or is older than this release."""
    store = open_store(settings())
    try:
        if not await up_to_date(store):
            raise SettingError("The database has no or an older schema: run `sorora migrate` first.")
        yield store
    finally:
        await store.close()


def check_language(code: str) -> None:
    """Raise SettingError where this is no language of ours; "" is none, and fine."""
    known = Catalogs.load().languages
    if code and code not in known:
        raise SettingError(f"There is no language {code}: {', '.join(known)} are there.")


def wait_for(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine to its end."""
    return asyncio.run(work)


@app.command()
def demo(
    open_browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")] = True,
) -> None:
    """Open the simulator: two phones in your browser. No account, no token; fictional people only."""
    again_too = os.environ.pop("SORORA_DEMO_AGAIN", None) is not None
    port = ""

    def opened(address: str) -> None:
        nonlocal port
        port = address.rpartition(":")[2].strip("/")
        if not again_too:
            typer.echo(f"\n  Sorora is at {address}\n  Stop it with Ctrl-C.\n")
            if open_browser:
                webbrowser.open(address)

    if wait_for(serve_demo(settings(), CLOCK, opened)):
        environment = {**os.environ, "SORORA_DEMO_AGAIN": "1", "SORORA_PORT": port}  # the page asks where it was
        os.execve(sys.executable, sys.orig_argv, environment)  # noqa: S606  a real restart: ourselves


@app.command()
def run() -> None:
    """Serve real people on the channels that are set up."""
    wait_for(serve_run(settings(), CLOCK))


@app.command()
def talk(
    language: Annotated[str, typer.Option(help="What your device is set to, such as fr or ar.")] = "en",
    transcript: Annotated[Path | None, typer.Option(help="Write what was said to this file.")] = None,
) -> None:
    """Talk with Sorora here in the terminal. Nothing is kept afterwards."""
    script = wait_for(talk_here(language, transcript is not None))
    if transcript is not None:
        transcript.write_text(script, "utf-8")


async def talk_here(language: str, transcript: bool) -> str:
    """A whole Sorora in memory behind one terminal; gives the transcript, if it was asked for."""
    store = Store.open("sqlite+aiosqlite://", Vault([new_key()]))
    await migrate_store(store)
    terminal = Terminal(sys.stdout, sys.stdin, CLOCK, hint=language, transcript=transcript)
    programme = find_programme(settings().conversations)
    sorora = put_together(store, {terminal.name: terminal}, CLOCK, programme, random.SystemRandom())
    await terminal.run(sorora.batches, sorora.outbox.drain)
    await store.close()
    return terminal.script


@app.command()
def check(
    show_costs: Annotated[bool, typer.Option("--costs", help="Count what was sent instead.")] = False,
) -> None:
    """Say what is missing or wrong in settings, database, languages and numbers to call."""
    if show_costs:
        typer.echo("\n".join(wait_for(costs(settings(), CLOCK))))
        return
    findings = wait_for(checkup(os.environ, CLOCK))
    for finding in findings:
        typer.echo(finding.line())
    if any(finding.bad for finding in findings):
        raise typer.Exit(2)


@app.command()
def simulate(
    people: Annotated[int, typer.Option(min=1, help="How many women.")] = 1000,
    months: Annotated[int, typer.Option(min=1, max=24, help="For how many months of thirty days.")] = 6,
    seed: Annotated[int, typer.Option(help="The same number gives the same lives.")] = 1,
    whole: Annotated[float, typer.Option(min=0, max=1, help="Share of them who tap through every talk.")] = 0.01,
    picture: Annotated[Path | None, typer.Option(help="Draw it into this file (SVG).")] = None,
) -> None:
    """Let made-up women live through a whole programme, and say what reached them. Exit code 1 for a broken promise."""
    processes = min(os.cpu_count() or 1, people)
    tally = simulation.simulate(people, months, whole=whole, seed=seed, processes=processes)
    typer.echo(report.text(tally, months, seed))
    if picture is not None:
        picture.write_text(report.picture(tally, months), "utf-8")
    if +tally.broken:
        raise typer.Exit(1)


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema. The bot may be running."""

    async def work() -> None:
        store = open_store(settings(), patience=None)
        try:
            await migrate_store(store)
        finally:
            await store.close()

    wait_for(work())
    typer.echo("The database is up to date.")


@app.command()
def copy(
    address: Annotated[str, typer.Argument(help="Of an empty database: postgresql://…, or sqlite:////path/file.db")],
) -> None:
    """Copy everything into another, empty database; stop the bot first. Nothing changes in the present one."""

    async def work() -> dict[str, int]:
        there = Settings.from_environment({"SORORA_DATABASE_URL": address}).database
        async with database() as source:
            target = Store.open(there, source.vault, patience=None)
            try:
                return await copying.copy(source, target)
            finally:
                await target.close()

    rows = wait_for(work())
    for table, count in rows.items():
        typer.echo(f"{count:>10}  {table}")
    typer.echo(f"{sum(rows.values()):>10}  rows are in the new database, each compared with the old one.")
    typer.echo("Now set SORORA_DATABASE_URL to the new address, then: sorora check, and start the bot.")
    typer.echo("Keep the old database until all is well, then destroy it: it holds what people wrote.")


@app.command()
def invite(
    language: Annotated[str, typer.Option(help="Language of the welcome, such as ar; empty: her device's.")] = "",
    group: Annotated[str, typer.Option(help="Name of the group she joins with it.")] = "",
    uses: Annotated[int, typer.Option(min=1, help="How many women can use it.")] = 1,
    days: Annotated[int, typer.Option(min=1, help="For how many days it is good.")] = 30,
) -> None:
    """Make an invitation: a code for a link or a printed QR code."""
    code = secrets.token_urlsafe(12)

    async def work() -> None:
        async with database() as store, store.begin() as tx:
            await invites.invite(tx, code, language, group, uses, CLOCK.now() + timedelta(days=days))

    if len(group) > invites.LONGEST_GROUP:
        raise SettingError(f"The name of a group has at most {invites.LONGEST_GROUP} characters.")
    check_language(language)
    wait_for(work())
    typer.echo(f"The code is {code}. On Telegram: https://t.me/YOUR_BOT?start={code} On WhatsApp: send /start {code}")


@coordinators.command("add")
def coordinators_add(
    language: Annotated[str, typer.Option(help="Language of the first question, such as ar.")] = "",
) -> None:
    """Make a link for one new coordinator. It is good for one person and 48 hours, and makes nobody one by itself."""
    code, invitation = secrets.token_urlsafe(12), 1 + secrets.randbits(48)  # the second is never shown to anybody

    async def work() -> None:
        async with database() as store, store.begin() as tx:
            until = CLOCK.now() + NUMBER_HOLDS
            await invites.invite(tx, code, language, "", 1, until, purpose=team.INVITES, about=invitation)

    check_language(language)
    wait_for(work())
    typer.echo(f"On Telegram: https://t.me/YOUR_BOT?start={code} On WhatsApp: send /start {code}")
    typer.echo("She gets a number of six digits. Hear it from her own voice, then: sorora coordinators confirm NUMBER")


@coordinators.command("confirm")
def coordinators_confirm(
    number: Annotated[str, typer.Argument(help="The six digits that she told you, by phone or in person.")],
) -> None:
    """Make who told you this number a coordinator. Only for somebody whose voice or face you know."""

    async def work() -> int | None:
        async with database() as store, store.begin() as tx:
            return await team.confirm(tx, "".join(number.split()), CLOCK.now())

    person_id = wait_for(work())
    if person_id is None:
        raise SettingError("Nobody waits with this number: it is wrong, used, or older than 48 hours.")
    typer.echo(f"Person {person_id} is a coordinator now. The chat tells her so.")


@coordinators.command("list")
def coordinators_list() -> None:
    """Say who is a coordinator, and who waits to be confirmed: id, name, since when, state."""

    async def work() -> list[str]:
        async with database() as store, store.begin(reading=True) as tx:
            found = await team.everyone(tx)
            names = await team.names_of(tx, [one.person_id for one in found])
        return [f"{one.person_id}  {names[one.person_id]}  {one.at:%Y-%m-%d}  {one.state}" for one in found]

    typer.echo("\n".join(wait_for(work())) or "There is no coordinator yet: sorora coordinators add")


@coordinators.command("remove")
def coordinators_remove(
    person: Annotated[int, typer.Argument(metavar="ID", help="Her id, as `sorora coordinators list` shows it.")],
) -> None:
    """Take the role of a coordinator away, at once."""

    async def work() -> tuple[bool, int]:
        async with database() as store, store.begin() as tx:
            gone = await team.remove(tx, person, CLOCK.now())
            return gone, await team.how_many(tx)

    gone, left = wait_for(work())
    if not gone:
        raise SettingError(f"There is no coordinator {person}: see `sorora coordinators list`.")
    typer.echo(f"Person {person} is no coordinator any more.")
    if not left:
        typer.echo("No coordinator is left: nobody sees reports or approves mentors. Make one: sorora coordinators add")


@keys.command("new")
def keys_new() -> None:
    """Print a new key. Keep a copy of it outside this machine: without it nothing can be read again."""
    typer.echo(new_key())


@keys.command("rotate")
def keys_rotate() -> None:
    """Seal everything anew with the first key of SORORA_KEYS."""

    async def work() -> int:
        async with database() as store:
            return await backups.seal_anew(store)

    typer.echo(f"{wait_for(work())} rows are sealed with the first key. The others may go from SORORA_KEYS now.")


@app.command()
def backup(
    file: Annotated[
        Path | None, typer.Argument(help="Where to write it; else a new file in `backups` of SORORA_DATA_DIR.")
    ] = None,
) -> None:
    """Write everything into one file, while the bot may be running. It cannot be read without the key. Without a name
    of its own it stands in a folder from which backups older than 30 days go."""
    now = CLOCK.now()
    folder = settings().data_dir / "backups"

    async def work(file: Path) -> int:
        async with database() as store:
            return await backups.backup(store, file, now)

    if file is not None:
        typer.echo(f"{wait_for(work(file))} rows are in {file}.")
        return
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{now:%Y-%m-%d-%H%M%S}.backup"
    typer.echo(f"{wait_for(work(file))} rows are in {file}.")
    backups.forget_old(folder, now)


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="A backup made by `sorora backup`.")]) -> None:
    """Replace everything by a backup; stop the bot first. Who erased herself since then stays erased."""

    async def work() -> backups.Restored:
        store = open_store(settings(), patience=None)
        try:
            await migrate_store(store)
            return await backups.restore(store, file, CLOCK.now())
        finally:
            await store.close()

    done = wait_for(work())
    typer.echo(f"{done.rows} rows are back. {done.erased} people who had erased themselves were erased again.")
    if done.waiting:
        typer.echo(f"{done.waiting} messages waited when the backup was made. They go out now, some for a second time.")
    if done.until is not None:
        typer.echo(
            f"Who erased herself after {done.until:%Y-%m-%d %H:%M} UTC, if anybody did, is back, for nobody here knows "
            "of it. Tell everybody that she must do it once more."
        )


if __name__ == "__main__":
    main()
