/** Errors, each with a code. */

/** An error of keywright. `code` names its kind, for programs. */
export class KeywrightError extends Error {
  constructor(code, message, options) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The embedded keys are damaged. */
export class KeysError extends KeywrightError {}

/** A trust bundle or a revocation list is not accepted. */
export class ListError extends KeywrightError {}

/** The license files are too large. */
export class TooLargeError extends KeywrightError {}

/** The licenses contradict each other. */
export class ModelError extends KeywrightError {}

/** A request is not granted. `code` is the reason. */
export class Denied extends KeywrightError {}

/** The class and the code of each `kw_status`. */
const STATUSES = [
  [KeywrightError, "ok"],
  [KeywrightError, "null-pointer"],
  [KeywrightError, "not-utf8"],
  [KeywrightError, "out-of-range"],
  [KeywrightError, "no-such-date"],
  [KeysError, "keys"],
  [ListError, "list"],
  [TooLargeError, "too-large"],
  [ModelError, "model"],
  [Denied, undefined],
  [KeywrightError, "internal"],
];

/** Returns the error of a status. The message of a denial is its reason. */
export function errorOf(status, message) {
  const [Kind, code] = STATUSES[status] ?? [KeywrightError, "internal"];
  return new Kind(code ?? message, message);
}
