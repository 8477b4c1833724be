/** The vectors in Node. */

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { init } from "keywright";

import { answers } from "./answers.js";
import { vectors } from "./vectors.js";

before(() => init());

test("there are many vectors", () => assert.ok(vectors.cases.length > 150));

for (const vector of vectors.cases)
  test(vector.title, () => assert.deepEqual(answers(vectors.keys, vector), vector.answers));
