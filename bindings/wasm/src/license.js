/** Verified license files. */

import { Handle, textAt, withFrame } from "./module.js";
import { Session } from "./session.js";
import { time } from "./times.js";

/** The names of `kw_outcome`. */
const OUTCOMES = ["VALID", "NOT-NOW", "POLICY", "NOT-VALID", "UNREADABLE"];

/** The verified license files of one customer. */
export class License extends Handle {
  constructor(pointer, count) {
    super(pointer, "kw_files_free");
    withFrame((frame) => {
      this.outcome = OUTCOMES[frame.result(4, "kw_files_outcome", pointer).getUint32(0, true)];
      this.files = Array.from({ length: count }, (_, file) => readFile(frame, this, file));
    });
  }

  session(now) {
    return withFrame((frame) => new Session(frame.handle("kw_session_new", Handle.of(this), time(frame, now)), this));
  }
}

function readFile(frame, license, file) {
  const both = frame.reserve(8);
  frame.call("kw_file_blocks", Handle.of(license), file, both, both + 4);
  const [count, outcome] = frame.numbers(both, 2);
  const blocks = Array.from({ length: count }, (_, block) => new Block(frame, license, file, block));
  return { outcome: OUTCOMES[outcome], policies: readPolicies(frame, license, file), blocks };
}

function readPolicies(frame, license, file) {
  const length = frame.result(4, "kw_file_policy_count", Handle.of(license), file).getUint32(0, true);
  return Array.from({ length }, (_, policy) => {
    const at = frame.result(16, "kw_file_policy", Handle.of(license), file, policy).byteOffset;
    return { name: textAt(at), reason: textAt(at + 8) };
  });
}

/** A verified block. */
class Block {
  #license;
  #place;

  constructor(frame, license, file, block) {
    this.#license = license;
    this.#place = [file, block];
    // A `kw_block`: four strings, a number and a boolean.
    const found = frame.result(40, "kw_file_block", Handle.of(license), file, block);
    const text = (at) => textAt(found.byteOffset + at);
    this.feature = text(0) || null;
    this.verdict = text(8);
    this.reason = text(16);
    this.host = text(24);
    this.line = found.getUint32(32, true);
    this.grants = found.getUint8(36) !== 0;
  }

  directive(name) {
    return withFrame((frame) => {
      const values = [Handle.of(this.#license), ...this.#place, ...frame.copy(name)];
      return textAt(frame.result(8, "kw_block_directive", ...values).byteOffset) || null;
    });
  }
}
