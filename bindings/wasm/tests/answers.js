/** Answers to the vectors of tests/vectors/application-1.json. Runs in Node and in browsers. */

import { Application, Denied, ListError, ModelError } from "keywright";

export function answers(keys, vector) {
  const application = new Application(keys);
  const lines = vector.revocations.map((list) => `revocations ${isRefused(application, list, vector.at) ? "refused" : "installed"}`);
  const license = application.check(vector.files, { at: vector.at, hosts: vector.hosts });
  lines.push(`outcome ${license.outcome}`);
  license.files.forEach((file, number) => {
    for (const { line, feature, verdict, host, grants } of file.blocks)
      lines.push(`block ${number} ${line} ${feature ?? "-"} ${verdict} ${host} ${grants ? "grants" : "nothing"}`);
  });
  let session;
  for (const command of vector.script) {
    const [verb, ...words] = command.split(" ");
    try {
      if (verb === "session") session = license.session(words[0]);
      lines.push(verb === "session" ? "ok" : COMMANDS[verb](session, ...words) ?? "ok");
    } catch (error) {
      if (error instanceof Denied) lines.push(`denied ${error.code}`);
      else if (error instanceof ModelError) lines.push("contradiction");
      else throw error;
    }
  }
  for (const handle of [session, license, application]) handle?.free();
  return lines;
}

function isRefused(application, list, today) {
  try {
    application.installRevocations(list, { today });
    return false;
  } catch (error) {
    if (error instanceof ListError) return true;
    throw error;
  }
}

const COMMANDS = {
  features: (session) => session.features.join(" "),
  available(session, feature) {
    const { kind, number } = session.available(feature);
    return ["unlimited", "undetermined"].includes(kind) ? kind : `${kind} ${number}`;
  },
  role: (session, file, block) => `role ${session.role(Number(file), Number(block)) ?? ""}`,
  checkout(session, feature, ...words) {
    const options = Object.fromEntries(words.map((word) => word.split("=")));
    if (options.count !== undefined) options.count = Number(options.count);
    return `checkout ${session.checkout(feature, options)}`;
  },
  checkin: (session, checkout) => session.checkin(Number(checkout)),
  consume: (session, feature, tokens) => session.consume(feature, Number(tokens)),
  advance: (session, now) => session.advance(now),
};
