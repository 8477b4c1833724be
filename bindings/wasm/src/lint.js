/** The linter, which only the module `keywright-lint.wasm` has. */

import { textAt, withFrame } from "./module.js";
import { day } from "./times.js";

const FINDINGS = {
  make: "kw_lint",
  free: "kw_findings_free",
  count: "kw_finding_count",
  at: "kw_finding_at",
  size: 40,
};

/** Lints a license file with the default rules. */
export function lint(text, { at } = {}) {
  return withFrame((frame) => frame.list(FINDINGS, [...frame.copy(text), day(frame, at)], (view) => {
    const place = view.byteOffset;
    const [code, severity, message, help] = [0, 8, 16, 24].map((offset) => textAt(place + offset));
    return { code, severity, message, help, line: view.getUint32(32, true), column: view.getUint32(36, true) };
  }));
}
