/** Verify keywright license files, and check out features in an application. The types are in `index.d.ts`. */

export { Application, verify } from "./src/application.js";
export { Denied, KeysError, KeywrightError, ListError, ModelError, TooLargeError } from "./src/errors.js";
export { License } from "./src/license.js";
export { lint } from "./src/lint.js";
export { LINT_MODULE, init } from "./src/module.js";
export { payload } from "./src/payload.js";
export { Session } from "./src/session.js";
