/** The examples, in a clean directory with the package that users get. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import { openBrowser, serve } from "./browser.js";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const license = path("../../../examples/application/license.lic");
const directory = mkdtempSync(join(tmpdir(), "keywright-"));

before(() => {
  const npm = (cwd, ...options) => execFileSync("npm", options, { cwd, encoding: "utf8" }).trim();
  const archive = npm(path(".."), "pack", "--silent", "--pack-destination", directory);
  npm(directory, "install", "--silent", "--offline", "--no-audit", `./${archive}`);
  cpSync(path("../examples"), directory, { recursive: true });
});
after(() => rmSync(directory, { recursive: true }));

test("the Node program runs", () => {
  const output = execFileSync("node", ["application.mjs", license], { cwd: directory, encoding: "utf8" });
  assert.equal(
    output,
    "line 2: Studio: VALID\nline 8: Render: VALID\n2 renderers run; the next one: not-enough-licenses\nStudio: 10 available\n",
  );
});

test("the page runs", async () => {
  const site = await serve(pathToFileURL(`${directory}/`));
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(`${site.address}/application.html`, { waitUntil: "networkidle" });
    await page.setInputFiles("input", license);
    await page.waitForFunction(() => document.querySelector("pre").textContent !== "");
    assert.equal(
      await page.textContent("pre"),
      "line 2: Studio: VALID\nline 8: Render: VALID\nStudio: 10 available",
    );
  } finally {
    await browser.close();
    site.close();
  }
});
