"""`weather-etl doctor`: is this installation well?"""

from typing import Annotated

import typer

from weather_etl.cli.base import app, console


@app.command(short_help="Look for what is wrong, and say what to do.")
def doctor(as_json: Annotated[bool, typer.Option("--json", help="Machine-readable.")] = False) -> None:
    """Look at versions, settings, storage, containers, database, daemon and stations; nothing is changed.

    Secrets are masked. Exit code 1 if something is bad; a note is no failure.
    """
    from weather_etl.operations import doctor as examination
    from weather_etl.settings import Settings

    out = console(10_000)
    styles = {examination.OK: "green", examination.NOTE: "yellow", examination.BAD: "red"}
    findings = []
    for finding in examination.examine(Settings.load()):
        findings.append(finding)
        if not as_json:
            out.print(f"[{styles[finding.state]}]{finding.state:<5}[/]{finding.topic:<10}", end="")
            out.print(finding.what, markup=False)
            if finding.remedy:
                out.print(f"{'':15}-> {finding.remedy}", markup=False)
    bad = sum(f.state == examination.BAD for f in findings)
    if as_json:
        import json

        print(json.dumps({"ok": not bad, "findings": [vars(f) for f in findings]}, indent=2))
    else:
        notes = sum(f.state == examination.NOTE for f in findings)
        out.print("All is well." if not bad + notes else f"{bad} bad, {notes} to note.")
    if bad:
        raise typer.Exit(1)
