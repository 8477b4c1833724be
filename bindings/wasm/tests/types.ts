/** The types, as a user meets them. Only compiled. */

import { Application, Denied, LINT_MODULE, License, Session, init, lint, payload, verify, type Amount, type Verdict } from "keywright";

await init(new URL("https://example.com/keywright.wasm"));
const application = new Application("keys", { development: true });
application.installRevocations(new Uint8Array(), { today: new Date() });
const license = application.check(["text", new Uint8Array()], { at: "2026-03-01", hosts: [["ETHERNET", "1"]] });
const verdicts: Verdict[] = license.files.flatMap((file) => file.blocks.map((block) => block.verdict));
const session: Session = verify("keys", []).session("2026-03-01T09:00:00");
const amount: Amount = session.available("Draw");
const text: string | null = license.files[0]!.blocks[0]!.directive("SN");
try {
  session.checkin(session.checkout("Draw", { count: 2, version: "1.0" }));
} catch (error) {
  if (error instanceof Denied && error.code === "not-enough-licenses") session.free();
}
// @ts-expect-error: a license comes from `check`.
new License();
// @ts-expect-error: there is no such verdict.
const never: Verdict = "FINE";
const [bytes]: Uint8Array[] = payload(new Uint8Array());
await init(LINT_MODULE);
const line: number | undefined = lint("text", { at: "2026-03-01" })[0]?.line;
export { amount, bytes, line, never, text, verdicts };
