/** The module and the package: what is in them, errors, and memory. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";

import { Application, Denied, KeysError, ListError, TooLargeError, init, lint, payload, verify } from "keywright";

import { vectors } from "./vectors.js";

const read = (name) => readFileSync(new URL(name, import.meta.url));
const module = () => new WebAssembly.Module(read("../keywright.wasm"));
const signed = vectors.cases.find((vector) => vector.title === "session: a token draws on a pool");
const at = "2026-03-01";

before(() => init());

test("the module imports nothing: no clock, no random numbers", () => {
  assert.deepEqual(WebAssembly.Module.imports(module()), []);
});

test("the module is smaller than 1 MiB", () => {
  assert.ok(read("../keywright.wasm").length < 1024 * 1024);
});

test("the module exports the C interface", () => {
  const names = WebAssembly.Module.exports(module()).map(({ name }) => name).filter((name) => name.startsWith("kw_"));
  const listed = read("../../c/symbols.txt").toString().trim().split("\n");
  assert.deepEqual(names.sort(), [...listed, "kw_alloc", "kw_dealloc"].sort());
});

test("the package has the version of the workspace", () => {
  const { version } = JSON.parse(read("../package.json"));
  assert.equal(version, /^version = "(.*)"$/m.exec(read("../../../Cargo.toml"))[1]);
});

test("damaged keys are an error with a code", () => {
  for (const keys of ["", "format: 1", new Uint8Array([0xff]), vectors.keys.slice(0, -1)])
    assert.throws(() => new Application(keys), (error) => error instanceof KeysError && error.code === "keys");
});

test("lists without a signature are refused", () => {
  const application = new Application(vectors.keys);
  assert.throws(() => application.installBundle("not a list", { today: at }), ListError);
  assert.throws(() => application.installRevocations("not a list", { today: at }), ListError);
});

test("a changed count is not valid, and grants nothing", () => {
  const license = verify(vectors.keys, [signed.files[0].replace("COUNT=10", "COUNT=11")], { at });
  assert.equal(license.outcome, "NOT-VALID");
  const [block] = license.files[0].blocks;
  assert.deepEqual([block.verdict, block.grants, block.directive("COUNT")], ["INVALID", false, null]);
  assert.throws(() => license.session(at).checkout("Pool"), { code: "no-such-feature" });
});

test("text and bytes are the same license, and a Date is its local day", () => {
  for (const options of [{ at }, { at: new Date(2026, 2, 1, 23, 59) }]) {
    const license = verify(vectors.keys, [new TextEncoder().encode(signed.files[0])], options);
    assert.equal(license.outcome, "VALID");
    assert.equal(license.files[0].blocks[0].directive("COUNT"), "10");
    assert.equal(license.files[0].blocks[0].directive("LICENSEE"), null);
  }
});

test("entitlements are the usable totals", () => {
  const granted = verify(vectors.keys, signed.files, { at }).session(at).entitlements();
  const totals = Object.fromEntries(granted.map(({ feature, usable }) => [feature, usable]));
  assert.deepEqual(totals, { Pool: { kind: "exactly", number: 10 }, Draw: { kind: "exactly", number: 2 } });
  assert.equal(granted[0].vendor, "ABC_Software");
});

test("a policy that is not met has a reason", () => {
  const vector = vectors.cases.find(({ answers }) => answers.includes("outcome POLICY"));
  const application = new Application(vectors.keys);
  for (const list of vector.revocations) application.installRevocations(list, { today: vector.at });
  const [{ policies }] = application.check(vector.files, { at: vector.at }).files;
  assert.ok(policies.length > 0 && policies.every(({ name, reason }) => name !== "" && reason !== ""));
});

test("a payload is that of the vectors", () => {
  const [data] = payload("FEATURE a { VENDOR=b }");
  assert.equal(new TextDecoder().decode(data), "keywright-feature 1\n2\nFEATURE 1 a\nVENDOR 1 b\n");
});

test("the linter is not in this module, and the error names the one that has it", () => {
  assert.throws(() => lint("", { at }), { code: "load", message: /LINT_MODULE/ });
});

test("hostile arguments are errors, and the module remains usable", () => {
  const application = new Application(vectors.keys);
  const session = application.check(signed.files, { at }).session(at);
  const hostile = [
    [() => application.check([null], { at }), TypeError],
    [() => application.check([new Uint8Array(64 * 1024 * 1024 + 1)], { at }), TooLargeError],
    [() => application.check(signed.files, { at: "2026-02-30" }), { code: "no-such-date" }],
    [() => application.check(signed.files, { at: "today" }), { code: "no-such-date" }],
    [() => application.check(signed.files, { at: new Date(NaN) }), { code: "no-such-date" }],
    [() => session.checkout("Pool", { count: 0 }), RangeError],
    [() => session.checkout("Pool", { count: 2 ** 32 }), RangeError],
    [() => session.checkout("Pool", { version: "one" }), RangeError],
    [() => session.checkout("\ud800"), Denied],
    [() => session.checkin(-1), RangeError],
    [() => session.checkin(7), { code: "nothing-to-return" }],
    [() => session.role(9, 9), { code: "out-of-range" }],
    [() => session.advance("2020-01-01"), { code: "time-goes-back" }],
  ];
  for (const [work, expected] of hostile) assert.throws(work, expected);
  assert.equal(session.available("Pool").number, 10);
});

test("a handle is not used after it was freed", () => {
  const application = new Application(vectors.keys);
  application.free();
  application.free();
  assert.throws(() => application.check([], { at }), { code: "freed" });
});

test("pointers outside the memory of the module are an error", async () => {
  const { exports } = await WebAssembly.instantiate(module());
  const out = exports.kw_alloc(8);
  for (const [pointer, length] of [[0xffff_0000, 100], [16, 0x7fff_ffff], [16, 0xffff_ffff], [0x4000_0000, 1]])
    assert.equal(exports.kw_application_new(pointer, length, out, 0), 3);
  assert.equal(exports.kw_application_new(0, 5, out, 0), 1);
  assert.equal(exports.kw_application_new(0, 0, 0xffff_fff0, 0), 5);
  assert.equal(exports.kw_hosts_new(0xffff_fff0, 0), 3);
  assert.equal(exports.kw_check(0xffff_fff0, 0, 0, 0, out, out, 0), 3);
});

test("memory is given back", async () => {
  const application = new Application(vectors.keys);
  const use = () => {
    const license = application.check(signed.files, { at });
    const session = license.session(at);
    session.checkin(session.checkout("Draw"));
    session.free();
    license.free();
  };
  const { memorySize } = await import("../src/module.js");
  for (let round = 0; round < 50; round++) use();
  const before = memorySize();
  for (let round = 0; round < 2000; round++) use();
  assert.equal(memorySize(), before);
});
