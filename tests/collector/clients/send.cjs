// One real client SDK of Node sends the events Step 0 to Step N-1 of one user, and waits until they are taken.
//
// node send.cjs NAME URL KEY USER N

const clients = {
  async segment(url, key, userId, names) {
    const { Analytics } = require("@segment/analytics-node");
    const client = new Analytics({ writeKey: key, host: url, maxRetries: 20, flushAt: names.length });
    names.forEach((event) => client.track({ userId, event, properties: { total: 9.9 } }));
    await client.closeAndFlush({ timeout: 60000 });
  },

  async rudderstack(url, key, userId, names) {
    const Analytics = require("@rudderstack/rudder-sdk-node");
    const client = new Analytics(key, { dataPlaneUrl: url, gzip: true, flushAt: names.length, retryCount: 20 });
    names.forEach((event) => client.track({ userId, event }));
    await new Promise((resolve, reject) => client.flush((error) => (error ? reject(error) : resolve())));
  },

  // Sends one event a request and none again: whoever calls it does, and gives the event its id.
  async jitsu(url, key, userId, names) {
    const { jitsuAnalytics } = require("@jitsu/js");
    const client = jitsuAnalytics({ host: url, writeKey: key });
    await client.identify(userId, { email: "u1@example.org" });
    for (const name of names) await client.track(name, { total: 9.9 });
  },
};

const [name, url, key, userId, count] = process.argv.slice(2);
const names = Array.from({ length: Number(count) }, (_, n) => `Step ${n}`);
clients[name](url, key, userId, names).catch((error) => {
  console.error(error);
  process.exit(1);
});
