/** The vectors, and the example, in headless Chromium. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openBrowser, serve } from "./browser.js";
import { vectors } from "./vectors.js";

let site;
let browser;

before(async () => {
  site = await serve(new URL("../", import.meta.url));
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  site?.close();
});

test("a browser gives the answers of the vectors", async () => {
  const page = await browser.newPage();
  await page.goto(`${site.address}/tests/page.html`);
  const given = await page.evaluate(async ({ keys, cases }) => {
    const [{ init }, { answers }] = await Promise.all([import("keywright"), import("./answers.js")]);
    await init();
    return cases.map((vector) => answers(keys, vector));
  }, vectors);
  vectors.cases.forEach((vector, at) => assert.deepEqual(given[at], vector.answers, vector.title));
});
