/** Verify keywright license files, and check out features in an application. The types are in `index.d.ts`. */

export { Application, verify } from "./src/application.js";
export { Denied, KeysError, KeywrightError, ListError, ModelError, TooLargeError } from "./src/errors.js";
export { License } from "./src/license.js";
export { init } from "./src/module.js";
export { payload } from "./src/payload.js";
export { Session } from "./src/session.js";
