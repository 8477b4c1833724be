/** The linter, and the signed payload. */

import { bytesAt, textAt, withFrame } from "./module.js";
import { day } from "./times.js";

const FINDINGS = {
  make: "kw_lint",
  free: "kw_findings_free",
  count: "kw_finding_count",
  at: "kw_finding_at",
  size: 40,
};
const PAYLOADS = {
  make: "kw_payload",
  free: "kw_payloads_free",
  count: "kw_payload_count",
  at: "kw_payload_at",
  size: 8,
};

/** Lints a license file with the default rules. */
export function lint(text, { at } = {}) {
  return withFrame((frame) => frame.list(FINDINGS, [...frame.copy(text), day(frame, at)], (view) => ({
    code: textAt(view.byteOffset),
    severity: textAt(view.byteOffset + 8),
    message: textAt(view.byteOffset + 16),
    help: textAt(view.byteOffset + 24) || null,
    line: view.getUint32(32, true),
    column: view.getUint32(36, true),
  })));
}

/** Returns the signed payload of each block that can be read. */
export function payload(text) {
  return withFrame((frame) => frame.list(PAYLOADS, frame.copy(text), (view) =>
    bytesAt(view.getUint32(0, true), view.getUint32(4, true)).slice()));
}
