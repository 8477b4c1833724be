/** The vectors of applications, which all languages answer in the same way. */

import { readFileSync } from "node:fs";

export const vectors = JSON.parse(readFileSync(new URL("../../../tests/vectors/application-1.json", import.meta.url)));
