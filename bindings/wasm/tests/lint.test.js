/** The linter, in its own module. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";

import { LINT_MODULE, init, lint, verify } from "keywright";

import { vectors } from "./vectors.js";

const at = "2026-03-01";

before(() => init(LINT_MODULE));

test("the module imports nothing, and exports the linter", () => {
  const module = new WebAssembly.Module(readFileSync(LINT_MODULE));
  assert.deepEqual(WebAssembly.Module.imports(module), []);
  assert.ok(WebAssembly.Module.exports(module).some(({ name }) => name === "kw_lint"));
});

test("findings have a code, a place, a message and help", () => {
  const findings = lint("FEATURE Draw {\n  VENDOR=Acme CUONT=5\n}\n", { at });
  const [unknown] = findings.filter(({ code }) => code === "V001");
  assert.deepEqual([unknown.severity, unknown.line, unknown.column], ["error", 2, 15]);
  assert.match(unknown.message, /CUONT/);
  assert.match(unknown.help, /COUNT/);
});

test("hostile text is findings, not a fault", () => {
  for (const text of ["", "}", "FEATURE", "\0".repeat(1000), new Uint8Array([0xff, 0xfe, 0x00]), "FEATURE A {".repeat(1000)])
    assert.ok(lint(text, { at }).every(({ code, line }) => /^[A-Z]\d{3}$/.test(code) && line >= 1));
  assert.throws(() => lint(null), TypeError);
  assert.throws(() => lint("", { at: "today" }), { code: "no-such-date" });
});

test("the module verifies as the smaller one", () => {
  const signed = vectors.cases.find((vector) => vector.title === "session: a token draws on a pool");
  assert.equal(verify(vectors.keys, signed.files, { at }).outcome, "VALID");
});
