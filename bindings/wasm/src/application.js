/** The keys of the application. */

import { License } from "./license.js";
import { Handle, withFrame } from "./module.js";
import { day } from "./times.js";

/** The keys that an application accepts licenses of. */
export class Application extends Handle {
  constructor(keys, { development = false } = {}) {
    withFrame((frame) => {
      super(frame.handle("kw_application_new", ...frame.copy(keys)), "kw_application_free");
      if (development) frame.call("kw_application_accept_development_keys", Handle.of(this));
    });
  }

  installBundle(bundle, { today } = {}) {
    withFrame((frame) =>
      frame.call("kw_application_install_bundle", Handle.of(this), ...frame.copy(bundle), day(frame, today)));
  }

  installRevocations(list, { today } = {}) {
    withFrame((frame) =>
      frame.call("kw_application_install_revocations", Handle.of(this), ...frame.copy(list), day(frame, today)));
  }

  check(files, { at, hosts = [] } = {}) {
    const ids = hostIds(hosts);
    try {
      return withFrame((frame) => {
        const given = frame.pairs(files.map((file) => frame.copy(file)));
        const values = [Handle.of(this), given, files.length, Handle.of(ids), day(frame, at)];
        return new License(frame.handle("kw_check", ...values), files.length);
      });
    } finally {
      ids.free();
    }
  }
}

function hostIds(hosts) {
  return withFrame((frame) => {
    const ids = new Handle(frame.handle("kw_hosts_new"), "kw_hosts_free");
    for (const [kind, value] of hosts)
      frame.call("kw_hosts_add", Handle.of(ids), ...frame.copy(kind), ...frame.copy(value));
    return ids;
  });
}

/** Verifies license files with embedded keys. */
export function verify(keys, files, options) {
  const application = new Application(keys);
  try {
    return application.check(files, options);
  } finally {
    application.free();
  }
}
