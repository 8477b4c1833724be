"""Errors, types and the linter."""

import threading
from datetime import date
from importlib.resources import files

import pytest
from test_vectors import VECTORS

import keywright

SIGNED = next(case for case in VECTORS["cases"] if case["title"] == "session: a token draws on a pool")


def test_damaged_keys_are_an_error_with_a_code() -> None:
    for keys in ["", "format: 1", b"\xff", VECTORS["keys"][:-1]]:
        with pytest.raises(keywright.KeysError) as caught:
            keywright.Application(keys)
        assert caught.value.code == "keys"
        assert isinstance(caught.value, keywright.KeywrightError)


def test_lists_without_a_signature_are_refused() -> None:
    application = keywright.Application(VECTORS["keys"])
    for install in (application.install_bundle, application.install_revocations):
        with pytest.raises(keywright.ListError):
            install(b"not a list", today=date(2026, 3, 1))


def test_text_and_bytes_are_the_same_license() -> None:
    at = date(2026, 3, 1)
    text = keywright.verify(VECTORS["keys"], SIGNED["files"], at=at)
    data = keywright.verify(VECTORS["keys"].encode(), [file.encode() for file in SIGNED["files"]], at=at)
    assert text.outcome == data.outcome == "VALID"
    assert text.at == at
    block = text.files[0].blocks[0]
    assert (block.directive("COUNT"), block.directive("LICENSEE")) == ("10", None)


def test_changed_count_is_not_valid() -> None:
    changed = SIGNED["files"][0].replace("COUNT=10", "COUNT=11")
    license = keywright.verify(VECTORS["keys"], [changed], at=date(2026, 3, 1))
    assert license.outcome == "NOT-VALID"
    block = license.files[0].blocks[0]
    assert (block.verdict, block.grants, block.directive("COUNT")) == ("INVALID", False, None)
    assert "Pool" not in license.session().features


def test_entitlements_are_the_usable_totals() -> None:
    license = keywright.verify(VECTORS["keys"], SIGNED["files"], at=date(2026, 3, 1))
    granted = {one.feature: one.usable for one in license.session().entitlements()}
    assert granted == {"Pool": 10, "Draw": 2}


def test_invalid_arguments_are_value_errors() -> None:
    session = keywright.verify(VECTORS["keys"], SIGNED["files"], at=date(2026, 3, 1)).session()
    with pytest.raises(ValueError):
        session.checkout("Pool", 0)
    with pytest.raises(ValueError):
        session.checkout("Pool", version="one")
    with pytest.raises(OverflowError):
        session.checkout("Pool", -1)
    with pytest.raises(IndexError):
        session.role(9, 9)


def test_many_customers_do_not_block_other_threads() -> None:
    application = keywright.Application(VECTORS["keys"])
    customers = [SIGNED["files"]] * 2000
    steps = 0
    running = True

    def count() -> None:
        nonlocal steps
        while running:
            steps += 1

    thread = threading.Thread(target=count)
    thread.start()
    before = steps
    licenses = application.check_many(customers, at=date(2026, 3, 1))
    during = steps - before
    running = False
    thread.join()
    assert {license.outcome for license in licenses} == {"VALID"}
    assert during > 0


def test_lint_finds_the_place() -> None:
    findings = keywright.lint("FEATURE A { VENDOR=ABC COUNT=05 }", at=date(2026, 3, 1))
    [error] = [finding for finding in findings if finding.severity == "error"]
    assert (error.line, error.column) == (1, 30)
    assert error.code.startswith("V")


def test_payload_is_that_of_the_vectors() -> None:
    [data] = keywright.payload("FEATURE a { VENDOR=b }")
    assert data == b"keywright-feature 1\n2\nFEATURE 1 a\nVENDOR 1 b\n"


def test_package_is_typed() -> None:
    package = files("keywright")
    assert package.joinpath("py.typed").is_file()
    stub = package.joinpath("__init__.pyi").read_text(encoding="utf-8")
    for name in keywright.__all__:
        assert f"class {name}" in stub or f"def {name}" in stub, name
