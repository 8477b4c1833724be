/** The signed payload. */

import { bytesAt, withFrame } from "./module.js";

const PAYLOADS = {
  make: "kw_payload",
  free: "kw_payloads_free",
  count: "kw_payload_count",
  at: "kw_payload_at",
  size: 8,
};

/** Returns the signed payload of each block that can be read. */
export function payload(text) {
  return withFrame((frame) => frame.list(PAYLOADS, frame.copy(text), (view) =>
    bytesAt(view.getUint32(0, true), view.getUint32(4, true)).slice()));
}
