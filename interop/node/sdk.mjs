// The official JavaScript SDK, unmodified, pointed at the emulator.
//
// It sends a Host header of its own, `<zone>.<host>` without port: with an empty zone that is `.127.0.0.1`, which the
// emulator takes for its first zone. It writes a config file on construction; QINGSTOR_CONFIG_PATH tells where.

import http from 'node:http';

import sdk from 'qingstor-sdk';

import * as harness from './harness.mjs';

// Names under `.localhost` mean this machine, but few resolvers know.
const agent = new http.Agent({
  lookup: (host, options, done) => (options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4)),
});

function config({ binary = false, host = '127.0.0.1', ...settings }) {
  return new sdk.Config({
    access_key_id: harness.KEY_ID,
    secret_access_key: harness.SECRET,
    endpoint: `http://${host}:${harness.PORT}`,
    // The SDK's own hook for options of its HTTP library.
    getAxiosConfig: () => ({ httpAgent: agent, timeout: 30_000, ...(binary ? { responseType: 'arraybuffer' } : {}) }),
    ...settings,
  });
}

export const Client = sdk.Client;

export const service = (settings = {}) => new sdk.QingStor(config(settings));

export const bucket = (name, zone = '', settings = {}) => service(settings).Bucket(name, zone);

/** A bucket whose answers are bytes. */
export const bytesOf = (name) => bucket(name, '', { binary: true });

/** A bucket that exists. */
export async function made(name) {
  const one = bucket(name);
  await harness.status(one.put(), 201);
  return one;
}
