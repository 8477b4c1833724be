"""The vectors of applications, which all languages answer in the same way."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

import keywright

VECTORS = json.loads(
    (Path(__file__).parents[3] / "tests/vectors/application-1.json").read_text(encoding="utf-8")
)


def amount(number: int | None) -> str:
    return "unlimited" if number is None else f"exactly {number}"


def run(session: keywright.Session, command: str) -> str:
    verb, *words = command.split(" ")
    try:
        match verb:
            case "features":
                return " ".join(session.features)
            case "available":
                return amount(session.available(words[0]))
            case "role":
                return f"role {session.role(int(words[0]), int(words[1])) or ''}"
            case "checkout":
                options: dict[str, Any] = dict(word.split("=") for word in words[1:])
                if "count" in options:
                    options["count"] = int(options["count"])
                return f"checkout {session.checkout(words[0], **options)}"
            case "checkin":
                session.checkin(int(words[0]))
            case "consume":
                session.consume(words[0], int(words[1]))
            case "advance":
                session.advance(datetime.fromisoformat(words[0]))
            case _:
                raise ValueError(command)
    except keywright.Denied as denied:
        return f"denied {denied.code}"
    return "ok"


def answers(case: dict[str, Any]) -> list[str]:
    at = date.fromisoformat(case["at"])
    application = keywright.Application(VECTORS["keys"])
    lines = []
    for revocations in case["revocations"]:
        try:
            application.install_revocations(revocations.encode(), today=at)
            lines.append("revocations installed")
        except keywright.ListError:
            lines.append("revocations refused")
    license = application.check(case["files"], at=at, hosts=[tuple(host) for host in case["hosts"]])
    lines.append(f"outcome {license.outcome}")
    for number, file in enumerate(license.files):
        for block in file.blocks:
            grants = "grants" if block.grants else "nothing"
            feature = block.feature or "-"
            lines.append(f"block {number} {block.line} {feature} {block.verdict} {block.host} {grants}")
    session = None
    for command in case["script"]:
        if command.startswith("session "):
            try:
                session = license.session(datetime.fromisoformat(command.split(" ")[1]))
                lines.append("ok")
            except keywright.ModelError:
                lines.append("contradiction")
        else:
            assert session is not None
            lines.append(run(session, command))
    return lines


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: str(case["title"]))
def test_answers_are_those_of_the_vectors(case: dict[str, Any]) -> None:
    assert answers(case) == case["answers"]
