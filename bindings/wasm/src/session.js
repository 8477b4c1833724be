/** Local checkouts. */

import { Handle, textAt, withFrame } from "./module.js";
import { time } from "./times.js";

/** The names of `kw_amount_kind`. */
const AMOUNTS = ["exactly", "at-least", "unlimited", "devices", "undetermined"];
const ENTITLEMENTS = {
  make: "kw_session_entitlements",
  free: "kw_entitlements_free",
  count: "kw_entitlement_count",
  at: "kw_entitlement_at",
  size: 32,
};
const VERSION = /^(\d{1,5})\.(\d{1,5})$/;

/** The checkouts of one page or process. */
export class Session extends Handle {
  #license;

  constructor(pointer, license) {
    super(pointer, "kw_session_free");
    this.#license = license;
  }

  get features() {
    return withFrame((frame) => {
      const count = frame.result(4, "kw_session_feature_count", Handle.of(this)).getUint32(0, true);
      return Array.from({ length: count }, (_, at) =>
        textAt(frame.result(8, "kw_session_feature", Handle.of(this), at).byteOffset));
    });
  }

  entitlements() {
    return withFrame((frame) => frame.list(ENTITLEMENTS, [Handle.of(this)], (view) => ({
      feature: textAt(view.byteOffset),
      vendor: textAt(view.byteOffset + 8) || null,
      usable: amount(new DataView(view.buffer, view.byteOffset + 16)),
    })));
  }

  available(feature) {
    return withFrame((frame) =>
      amount(frame.result(16, "kw_session_available", Handle.of(this), ...frame.copy(feature))));
  }

  role(file, block) {
    return withFrame((frame) => {
      const values = [Handle.of(this), Handle.of(this.#license), file, block];
      return textAt(frame.result(8, "kw_session_role", ...values).byteOffset) || null;
    });
  }

  checkout(feature, options) {
    return withFrame((frame) => {
      const number = frame.result(8, "kw_session_checkout", Handle.of(this), request(frame, feature, options));
      return Number(number.getBigUint64(0, true));
    });
  }

  checkin(checkout) {
    withFrame((frame) => frame.call("kw_session_checkin", Handle.of(this), unsigned(checkout)));
  }

  consume(feature, tokens) {
    withFrame((frame) =>
      frame.call("kw_session_consume", Handle.of(this), ...frame.copy(feature), unsigned(tokens)));
  }

  advance(now) {
    withFrame((frame) => frame.call("kw_session_advance", Handle.of(this), time(frame, now)));
  }
}

/** Reads a `kw_amount`. */
function amount(view) {
  return { kind: AMOUNTS[view.getUint32(0, true)], number: Number(view.getBigUint64(8, true)) };
}

/** Writes a `kw_checkout`. Returns its address. */
function request(frame, feature, { count = 1, version, user = "", host = "", custom = "" } = {}) {
  if (unsigned(count) === 0n || count > 0xffff_ffff) throw new RangeError("`count` is out of range");
  const [major, minor] = versionParts(version);
  const [name, ...others] = [feature, user, host, custom].map((text) => frame.copy(text));
  return frame.struct(40, (view) => {
    name.forEach((number, at) => view.setUint32(4 * at, number, true));
    view.setUint32(8, count, true);
    view.setUint16(12, major, true);
    view.setUint16(14, minor, true);
    others.flat().forEach((number, at) => view.setUint32(16 + 4 * at, number, true));
  });
}

function versionParts(version) {
  if (version === undefined) return [0, 0];
  const parts = VERSION.exec(version)?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 0xffff)) throw new RangeError(`\`${version}\` is not a version`);
  return parts;
}

/** Returns a whole number that is not negative, for a parameter of 64 bits. */
function unsigned(number) {
  if (!Number.isSafeInteger(number) || number < 0) throw new RangeError(`${number} is not a whole number from 0`);
  return BigInt(number);
}
