/** Verify keywright license files, and check out features in an application. */

export type Outcome = "VALID" | "NOT-NOW" | "POLICY" | "NOT-VALID" | "UNREADABLE";
export type Verdict =
  | "MALFORMED"
  | "UNSUPPORTED"
  | "UNSIGNED"
  | "UNKNOWN-KEY"
  | "NOT-FOR-VENDOR"
  | "INVALID"
  | "REVOKED"
  | "NOT-YET"
  | "EXPIRED"
  | "VALID";
export type HostMatch = "not-locked" | "matches" | "differs";
/** The effect of a block on a day. */
export type Role =
  | "serves"
  | "adds-to"
  | "other-exclusive-serves"
  | "replaced"
  | "not-yet-in-force"
  | "no-longer-in-force"
  | "duplicate"
  | "no-base-to-upgrade"
  | "cannot-be-served";
/** The reason of a denial. */
export type Reason =
  | "no-such-feature"
  | "version-too-low"
  | "not-in-force"
  | "not-enough-licenses"
  | "balance-too-low"
  | "active-token-limit"
  | "not-metered"
  | "not-drawable"
  | "not-modelled"
  | "undetermined"
  | "nothing-to-return"
  | "time-goes-back"
  | "end-of-time";
/** A day: the local day of a `Date`, or text such as `2026-03-01`. */
export type Day = Date | string;
/** A local time: a `Date`, or text such as `2026-03-01T09:00:00`. */
export type Time = Date | string;
/** Types as in HOSTID, each with a value: `["ETHERNET", "00:50:56:9E:1A:2B"]`. */
export type HostIds = Iterable<readonly [string, string]>;

/**
 * Loads the WebAssembly module. Call it once, before everything else.
 *
 * `source` is the place of `keywright.wasm`, its content, or the compiled module; by default the file in this package.
 */
export function init(
  source?: string | URL | Uint8Array<ArrayBuffer> | ArrayBuffer | Response | WebAssembly.Module,
): Promise<void>;

/** An error of keywright. `code` names its kind, for programs. */
export class KeywrightError extends Error {
  readonly code: string;
}
/** The embedded keys are damaged. */
export class KeysError extends KeywrightError {}
/** A trust bundle or a revocation list is not accepted. */
export class ListError extends KeywrightError {}
/** The license files are too large. */
export class TooLargeError extends KeywrightError {}
/** The licenses contradict each other: a dependency cycle, a chain that is too long, or two shared levels. */
export class ModelError extends KeywrightError {}
/** A request is not granted. `code` is the reason, for example `not-enough-licenses`. */
export class Denied extends KeywrightError {
  readonly code: Reason;
}

/** Something that the module has memory for. `using` and the garbage collector free it too. */
declare class Handle {
  /** Frees the memory. Calls fail afterwards. */
  free(): void;
  [Symbol.dispose](): void;
}

/** The keys that an application accepts licenses of. */
export class Application extends Handle {
  /** `keys` is what `keywright keys embed` printed. */
  constructor(keys: string | Uint8Array, options?: { development?: boolean });
  /** Replaces the keys by those of a newer trust bundle of the vendor. */
  installBundle(bundle: string | Uint8Array, options?: { today?: Day }): void;
  /** Adds a revocation list of the vendor. */
  installRevocations(list: string | Uint8Array, options?: { today?: Day }): void;
  /** Verifies the license files of one customer for a day, by default today. */
  check(files: readonly (string | Uint8Array)[], options?: { at?: Day; hosts?: HostIds }): License;
}

/** The verified license files of one customer. */
export class License extends Handle {
  private constructor();
  readonly outcome: Outcome;
  readonly files: readonly LicenseFile[];
  /** Starts a session at a local time, by default now. */
  session(now?: Time): Session;
}

/** A verified license file. */
export interface LicenseFile {
  readonly outcome: Outcome;
  /** The policies that are not met, each with the reason. */
  readonly policies: readonly { readonly name: string; readonly reason: string }[];
  readonly blocks: readonly Block[];
}

/** A verified block. */
export interface Block {
  readonly feature: string | null;
  readonly verdict: Verdict;
  /** The reason of the verdict. It contains text of the file. */
  readonly reason: string;
  /** The comparison of HOSTID with the computer. */
  readonly host: HostMatch;
  /** The line where the block begins, from 1. */
  readonly line: number;
  /** True if the block grants something on its days. */
  readonly grants: boolean;
  /** The value of a directive, if the signature of the block matches. */
  directive(name: string): string | null;
}

/** How many checkouts can be granted. The number is 0 if the kind has none. */
export interface Amount {
  readonly kind: "exactly" | "at-least" | "unlimited" | "devices" | "undetermined";
  readonly number: number;
}

/** What the licenses grant of a feature of a vendor: the checkouts that can be out at the same time. */
export interface Entitlement {
  readonly feature: string;
  readonly vendor: string | null;
  readonly usable: Amount;
}

/** The checkouts of one page or process. */
export class Session extends Handle {
  private constructor();
  readonly features: string[];
  /** What the licenses grant on the day of the session, without the checkouts that are out. */
  entitlements(): Entitlement[];
  /** How many more checkouts can be granted now. */
  available(feature: string): Amount;
  /** The role of a block on the day of the session. */
  role(file: number, block: number): Role | null;
  /** Takes licenses. Returns the number of the checkout. */
  checkout(
    feature: string,
    options?: { count?: number; version?: string; user?: string; host?: string; custom?: string },
  ): number;
  /** Returns the licenses of a checkout. */
  checkin(checkout: number): void;
  /** Consumes tokens of METERED blocks. */
  consume(feature: string, tokens: number): void;
  /** Moves the time forward. Blocks come into force and end. */
  advance(now: Time): void;
}

/** Verifies license files with the keys that `keywright keys embed` printed. */
export function verify(
  keys: string | Uint8Array,
  files: readonly (string | Uint8Array)[],
  options?: { at?: Day; hosts?: HostIds },
): License;

/** Returns the signed payload of each block that can be read. */
export function payload(text: string | Uint8Array): Uint8Array[];

/** A finding of the linter. `message` and `help` contain text of the file. */
export interface Finding {
  readonly code: string;
  readonly severity: "note" | "warning" | "error";
  readonly message: string;
  /** What to do; may be empty. */
  readonly help: string;
  /** From 1. */
  readonly line: number;
  /** In characters, from 1. */
  readonly column: number;
}

/** The module that has the linter, too, for `init`. It is larger, so it is for tools. */
export const LINT_MODULE: URL;

/** Lints a license file with the default rules. Needs `init(LINT_MODULE)`. */
export function lint(text: string | Uint8Array, options?: { at?: Day }): Finding[];
