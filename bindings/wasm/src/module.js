/** The WebAssembly module: loading it, and calls of its functions. The names are those of bindings/c/include/keywright.h. */

import { KeywrightError, errorOf } from "./errors.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

let functions;

/** The address of the module that has the linter, too, for `init`. */
export const LINT_MODULE = new URL("../keywright-lint.wasm", import.meta.url);

/** Loads the module. It imports nothing. */
export async function init(source = new URL("../keywright.wasm", import.meta.url)) {
  if (functions !== undefined) return;
  const module = source instanceof WebAssembly.Module ? source : await WebAssembly.compile(await bytesOf(source));
  functions = (await WebAssembly.instantiate(module, {})).exports;
}

async function bytesOf(source) {
  if (typeof source === "string" || source instanceof URL) return read(new URL(source, import.meta.url));
  return source instanceof Response ? source.arrayBuffer() : source;
}

async function read(url) {
  if (url.protocol === "file:") {
    const { readFile } = await import("node:fs/promises");
    return readFile(url);
  }
  const response = await fetch(url);
  if (!response.ok) throw new KeywrightError("load", `cannot load ${url}: HTTP status ${response.status}`);
  return response.arrayBuffer();
}

function call(name, ...values) {
  if (functions === undefined) throw new KeywrightError("load", "call `await init()` first");
  if (functions[name] === undefined) throw new KeywrightError("load", "call `await init(LINT_MODULE)` to use the linter");
  try {
    return functions[name](...values);
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    throw new KeywrightError("internal", "a fault of the library", { cause: error });
  }
}

function view(at, size) {
  return new DataView(functions.memory.buffer, at, size);
}

/** Returns the string of a `kw_text`. */
export function textAt(at) {
  const text = view(at, 8);
  return decoder.decode(bytesAt(text.getUint32(0, true), text.getUint32(4, true)));
}

/** Returns bytes of the module. They are valid until the next call. */
export function bytesAt(at, size) {
  return new Uint8Array(functions.memory.buffer, at, size);
}

/** The memory of the arguments and results of calls. */
class Frame {
  #blocks = [];

  /** Reserves memory, which is zero. Returns its address. */
  reserve(size) {
    const at = call("kw_alloc", size);
    if (at === 0) throw new KeywrightError("too-large", "there is not enough memory");
    this.#blocks.push([at, size]);
    return at;
  }

  /** Copies a string or bytes into the module. Returns address and length. */
  copy(data) {
    const bytes = typeof data === "string" ? encoder.encode(data) : data;
    if (!(bytes instanceof Uint8Array)) throw new TypeError("expected a string or a Uint8Array");
    if (bytes.length === 0) return [0, 0];
    const at = this.reserve(bytes.length);
    bytesAt(at, bytes.length).set(bytes);
    return [at, bytes.length];
  }

  /** Reserves memory, and sets parts of it. `write` gets a view of it. */
  struct(size, write) {
    const at = this.reserve(size);
    write(view(at, size));
    return at;
  }

  /** Calls a function with these arguments and one for the message. Throws if it fails. */
  call(name, ...values) {
    const message = this.reserve(4);
    const status = call(name, ...values, message);
    if (status !== 0) throw errorOf(status, takeMessage(view(message, 4).getUint32(0, true)));
  }

  /** Calls a function whose last argument before the message is the place of a result. Returns a view of the result. */
  result(size, name, ...values) {
    const at = this.reserve(size);
    this.call(name, ...values, at);
    return view(at, size);
  }

  /** Calls a function that stores a new handle. Returns its address. */
  handle(name, ...values) {
    return this.result(4, name, ...values).getUint32(0, true);
  }

  /** Returns numbers of 32 bits that a call stored. */
  numbers(at, count) {
    return Array.from(new Uint32Array(functions.memory.buffer, at, count));
  }

  /** Writes pairs of address and length. Returns their address. */
  pairs(pairs) {
    if (pairs.length === 0) return 0;
    return this.struct(8 * pairs.length, (view) =>
      pairs.flat().forEach((number, at) => view.setUint32(4 * at, number, true)));
  }

  /** Calls a function that stores a new list. Returns `read` of each of its items, and frees the list. */
  list({ make, free, count, at, size }, values, read) {
    const list = this.handle(make, ...values);
    try {
      const length = this.result(4, count, list).getUint32(0, true);
      return Array.from({ length }, (_, index) => read(this.result(size, at, list, index)));
    } finally {
      call(free, list);
    }
  }

  free() {
    for (const [at, size] of this.#blocks) call("kw_dealloc", at, size);
  }
}

function takeMessage(message) {
  if (message === 0) return "";
  const place = call("kw_alloc", 8);
  call("kw_message_text", place, message);
  const text = textAt(place);
  call("kw_dealloc", place, 8);
  call("kw_message_free", message);
  return text;
}

/** Runs `work` with memory that is freed at the end. */
export function withFrame(work) {
  const frame = new Frame();
  try {
    return work(frame);
  } finally {
    frame.free();
  }
}

const registry = new FinalizationRegistry(({ free, pointer }) => call(free, pointer));

/** Something that the module has memory for. It is freed with `free`, with `using`, or by the garbage collector. */
export class Handle {
  #pointer;
  #free;

  /** @param free the name of the function that frees it */
  constructor(pointer, free) {
    this.#pointer = pointer;
    this.#free = free;
    registry.register(this, { free, pointer }, this);
  }

  /** The address for calls. */
  static of(handle) {
    if (handle.#pointer === 0) throw new KeywrightError("freed", "it is used after `free`");
    return handle.#pointer;
  }

  free() {
    if (this.#pointer === 0) return;
    registry.unregister(this);
    call(this.#free, this.#pointer);
    this.#pointer = 0;
  }
}

if (Symbol.dispose !== undefined) Handle.prototype[Symbol.dispose] = Handle.prototype.free;

/** Returns the size of the module's memory in bytes. */
export function memorySize() {
  return functions.memory.buffer.byteLength;
}
