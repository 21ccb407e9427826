// Steps, assertions and raw HTTP. A step is a function: it passes if it does not throw; one that fails does not stop
// the ones after it. Every step prints one line, which `interop/run` counts.

import crypto from 'node:crypto';
import http from 'node:http';
import { isDeepStrictEqual } from 'node:util';

export const PORT = Number(process.env.INTEROP_PORT);
export const KEY_ID = process.env.QINGSTOR_ACCESS_KEY_ID;
export const SECRET = process.env.QINGSTOR_SECRET_ACCESS_KEY;
export const ZONES = process.env.INTEROP_ZONES.split(' ');

let client = 'node';
export const result = { failed: 0 };

export function nameClient(name) {
  client = name;
}

const label = () => client.padEnd(8);

export async function step(name, action) {
  try {
    await action();
    console.log(`ok    ${label()} ${name}`);
  } catch (error) {
    result.failed += 1;
    const place = /\/([\w-]+\.mjs:\d+)/.exec(
      (error.stack ?? '').split('\n').filter((line) => !line.includes('harness.mjs')).join('\n'),
    );
    console.log(`FAIL  ${label()} ${name}`);
    console.log(`      ${place?.[1] ?? '?'}: ${short(error.message)}`);
  }
}

/** Something that this client cannot do, whatever the server answers. */
export function cannot(what, why) {
  console.log(`note  ${label()} cannot ${what}: ${why}`);
}

export function equal(got, want, what = 'value') {
  if (!isDeepStrictEqual(got, want)) {
    throw new Error(`${what}: got ${short(JSON.stringify(got))}, want ${short(JSON.stringify(want))}`);
  }
}

export function ok(condition, what) {
  if (!condition) throw new Error(what);
}

const short = (text) => (text && text.length > 300 ? `${text.slice(0, 300)}…` : text);

/** The answer of a call of the SDK, which throws answers from 400 on. */
export async function answerOf(promise) {
  try {
    return await promise;
  } catch (error) {
    if (error.response) return error.response;
    throw error;
  }
}

export async function status(promise, want) {
  const answer = await answerOf(promise);
  const data = Buffer.isBuffer(answer.data) ? answer.data.toString() : answer.data;
  ok(answer.status === want, `status ${answer.status}, want ${want}: ${short(JSON.stringify(data))}`);
  return answer;
}

/** An error answer: status, code, and the request id in both places. */
export async function refused(promise, want, code) {
  const answer = await status(promise, want);
  const error = Buffer.isBuffer(answer.data) ? JSON.parse(answer.data) : answer.data;
  equal(error.code, code, 'error code');
  ok(error.message, 'an error has a message');
  equal(error.request_id, answer.headers['x-qs-request-id'], 'request id in body and header');
  return answer;
}

export const etag = (content) => `"${crypto.createHash('md5').update(content).digest('hex')}"`;

/** One request to the emulator, exactly as written. */
export function raw(method, target, headers = {}, body = undefined) {
  return new Promise((resolve, reject) => {
    const length = body === undefined && !['PUT', 'POST'].includes(method) ? {} : { 'Content-Length': Buffer.byteLength(body ?? '') };
    const request = http.request({ host: '127.0.0.1', port: PORT, method, path: target, headers: { ...headers, ...length } });
    request.on('error', reject);
    request.on('response', (reply) => {
      const chunks = [];
      reply.on('data', (chunk) => chunks.push(chunk));
      reply.on('end', () => {
        const content = Buffer.concat(chunks);
        const json = (reply.headers['content-type'] ?? '').startsWith('application/json');
        resolve({ status: reply.statusCode, headers: reply.headers, data: json && content.length ? JSON.parse(content) : content });
      });
      reply.on('error', reject);
    });
    request.end(body);
  });
}

/** Sends what a presigned URL says. */
export function follow(url, method = 'GET', headers = {}, body = undefined) {
  const { pathname, search } = new URL(url);
  return raw(method, pathname + search, headers, body);
}

/** A web server on loopback, that serves `pages` and keeps what is posted to it. */
export function startOrigin(pages = {}, redirects = {}) {
  const posted = [];
  const server = http.createServer((request, reply) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      if (request.method === 'POST') posted.push(Buffer.concat(chunks));
      const path = decodeURI(request.url);
      if (redirects[path]) {
        reply.writeHead(302, { Location: redirects[path] }).end();
      } else if (pages[path] !== undefined) {
        reply.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': Buffer.byteLength(pages[path]) });
        reply.end(request.method === 'HEAD' ? undefined : pages[path]);
      } else {
        reply.writeHead(request.method === 'POST' ? 200 : 404, { 'Content-Length': 0 }).end();
      }
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve({ url: `http://127.0.0.1:${server.address().port}`, posted, close: () => server.close() });
    });
  });
}

export async function waitFor(condition, what) {
  for (let turn = 0; turn < 100; turn += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited ten seconds: ${what}`);
}
