/** Days and local times: a `Date`, or text such as `2026-03-01` and `2026-03-01T09:00:00`. */

import { KeywrightError } from "./errors.js";

const FORM = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d))?)?$/;

function parts(value) {
  if (value instanceof Date) {
    return [
      value.getFullYear(), value.getMonth() + 1, value.getDate(),
      value.getHours(), value.getMinutes(), value.getSeconds(),
    ];
  }
  const found = FORM.exec(value);
  if (found === null) throw new KeywrightError("no-such-date", `\`${value}\` is not a date such as 2026-03-01`);
  return found.slice(1).map((part) => Number(part ?? 0));
}

/** Writes a `kw_date`. Returns its address. */
export function day(frame, value = new Date()) {
  return time(frame, value);
}

/** Writes a `kw_time`, which begins with a `kw_date`. Returns its address. */
export function time(frame, value = new Date()) {
  const [year, ...rest] = parts(value);
  return frame.struct(8, (view) => {
    view.setInt16(0, year, true);
    rest.forEach((part, at) => view.setInt8(2 + at, part));
  });
}
