/** Headless Chromium, and a server for it. */

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";

import { chromium } from "playwright-core";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };

/** Serves a directory on this computer only. */
export async function serve(directory) {
  const server = createServer(async (request, response) => {
    try {
      const file = new URL(`.${new URL(request.url, "http://localhost").pathname}`, directory);
      const content = await readFile(file);
      response.writeHead(200, { "Content-Type": TYPES[extname(file.pathname)] ?? "text/plain" }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { address: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

export function openBrowser() {
  const quiet = ["quic", "background-networking", "component-update", "sync", "gpu"].map((name) => `--disable-${name}`);
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, args: [...quiet, "--no-sandbox", "--no-first-run"] });
}
