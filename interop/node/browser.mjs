// A real browser on pages of other origins: what does it let through, under which CORS rules?
//
// Three verdicts must be one: the one written by hand in cors_cases.mjs, the browser's, and the one that the SDK for
// Rust draws from OPTIONS Object (the program CROSS_ORIGIN asks it, and makes the presigned URLs and forms).

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';

import { chromium } from 'playwright-core';

import { AGES, CASES } from './cors_cases.mjs';
import * as harness from './harness.mjs';
import { equal, ok, step } from './harness.mjs';
import * as sdk from './sdk.mjs';

harness.nameClient('browser');

const REQUESTS = [
  { name: 'get', method: 'GET', key: 'k', headers: {} },
  { name: 'header', method: 'GET', key: 'k', headers: { 'x-other': '1' } },
  { name: 'head', method: 'HEAD', key: 'k', headers: {} },
  { name: 'put', method: 'PUT', key: 'put', headers: { 'x-qs-meta-owner': 'ann' } },
  { name: 'delete', method: 'DELETE', key: 'deleted', headers: {} },
];

/** The program that uses the SDK for Rust: one question a line, one answer a line. */
function startSdk() {
  // The file is the JavaScript SDK's.
  const { QINGSTOR_CONFIG_PATH: _, ...env } = process.env;
  const child = spawn(process.env.CROSS_ORIGIN, { stdio: ['pipe', 'pipe', 'inherit'], env });
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(question) {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error('the program that uses the SDK has ended');
      return JSON.parse(value);
    },
    stop: () => child.stdin.end(),
  };
}

/** Serves an empty page under every name. */
function startPages() {
  const server = http.createServer((request, reply) => {
    reply.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
    reply.end('<!doctype html><title>a page</title>');
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

/** Runs in the page: what a script gets. A request that the browser stops is `null`. */
async function tryIt({ url, method, headers, cache = 'no-store' }) {
  try {
    const body = method === 'PUT' ? new Blob(['from a page']) : undefined;
    const answer = await fetch(url, { method, headers, body, cache });
    return { status: answer.status, text: await answer.text(), headers: Object.fromEntries(answer.headers) };
  } catch {
    return null;
  }
}

/** Runs in the page: a form upload by XMLHttpRequest, which asks first because it listens for progress. */
function upload({ url, fields, name }) {
  return new Promise((resolve) => {
    const form = new FormData();
    for (const [field, value] of fields) form.append(field, value);
    form.append('file', new File(['by form'], name));
    const request = new XMLHttpRequest();
    request.upload.onprogress = () => {};
    request.onload = () => resolve({ status: request.status });
    request.onerror = () => resolve(null);
    request.open('POST', url);
    request.send(form);
  });
}

const pages = await startPages();
const { port } = pages.address();
const origins = { app: `http://app.localhost:${port}`, evil: `http://evil.localhost:${port}` };
const rust = startSdk();
const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'interop-browser-'));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
  ],
});

try {
  const tabs = {};
  for (const [name, origin] of Object.entries(origins)) {
    tabs[name] = await browser.newPage();
    await tabs[name].goto(`${origin}/`);
  }
  for (const [number, one] of CASES.entries()) {
    await step(`CORS: ${one.name}`, () => verdicts(one, `browser-case-${number}`, tabs));
  }
  for (const [number, one] of AGES.entries()) {
    await step(`CORS: a preflight is remembered ${one.name}`, () => remembered(one, `browser-age-${number}`, tabs.app));
  }
  await step('CORS: an error can be read too', () => errors(tabs));
  await step('form: submitted by the page itself, and sent on to where it says', () => submitted(tabs.app));
} finally {
  await browser.close();
  rust.stop();
  pages.close();
  fs.rmSync(profile, { recursive: true, force: true });
}
process.exit(harness.result.failed ? 1 : 0);

function here(value) {
  return JSON.parse(JSON.stringify(value).replaceAll('PORT', String(port)));
}

async function verdicts(one, bucket, tabs) {
  const cors = one.rules && { cors_rules: here(one.rules), ...(one.vary ? { resp_vary: one.vary } : {}) };
  const asked = await rust.ask({ bucket, cors, origins: Object.values(origins), requests: REQUESTS });
  const wrong = [];
  for (const who of ['evil', 'app']) {
    const want = one[who].split(' ').filter(Boolean);
    for (const request of REQUESTS) {
      const { url, headers, allowed } = asked.requests[request.name];
      const got = await tabs[who].evaluate(tryIt, { url, headers, method: request.method });
      const may = want.includes(request.name);
      if ((got !== null) !== may) wrong.push(`${who} ${request.name}: the browser says ${got !== null}, want ${may}`);
      if (allowed[origins[who]] !== may) wrong.push(`${who} ${request.name}: the SDK says ${allowed[origins[who]]}, want ${may}`);
      if (got) wrong.push(...unexpected(got, request, `${who} ${request.name}`));
    }
    const got = await tabs[who].evaluate(upload, { ...asked.form, name: `${who}.txt` });
    const may = want.includes('form');
    if ((got !== null) !== may) wrong.push(`${who} form: the browser says ${got !== null}, want ${may}`);
    if (asked.form.allowed[origins[who]] !== may) wrong.push(`${who} form: the SDK says otherwise, want ${may}`);
    if (got && got.status !== 201) wrong.push(`${who} form: status ${got.status}`);
    if (want.includes('get')) wrong.push(...await visible(tabs[who], asked.requests.get.url, one, who));
  }
  if (wrong.length) throw new Error(wrong.join('\n      '));
  await effects(one, sdk.bucket(bucket));
}

/** What an answer that was let through must be. */
function unexpected(got, { name, method }, what) {
  const status = { GET: 200, HEAD: 200, PUT: 201, DELETE: 204 }[method];
  const wrong = [];
  if (got.status !== status) wrong.push(`${what}: status ${got.status}, want ${status}: ${got.text}`);
  if (name === 'get' && got.text !== 'content') wrong.push(`${what}: content ${got.text}`);
  return wrong;
}

async function visible(tab, url, one, who) {
  const got = await tab.evaluate(tryIt, { url, method: 'GET', headers: {} });
  const wrong = [];
  for (const name of one.sees ?? []) {
    if (got?.headers[name] === undefined) wrong.push(`${who}: a script cannot read ${name}`);
  }
  for (const name of one.hidden ?? []) {
    if (got?.headers[name] !== undefined) wrong.push(`${who}: a script can read ${name}`);
  }
  return wrong;
}

/** What was not let through has had no effect. */
async function effects(one, bucket) {
  const may = (what) => ['app', 'evil'].some((who) => one[who].split(' ').includes(what));
  const answer = await harness.answerOf(bucket.headObject('put'));
  equal(answer.status, may('put') ? 200 : 404, 'the object that was put');
  if (may('put')) equal(answer.headers['x-qs-meta-owner'], 'ann', 'its metadata');
  for (const who of ['app', 'evil']) {
    const uploaded = await harness.answerOf(bucket.headObject(`form/${who}.txt`));
    equal(uploaded.status, one[who].split(' ').includes('form') ? 200 : 404, `the form's object of ${who}`);
  }
}

async function remembered(one, bucket, tab) {
  const rule = { allowed_origin: '*', allowed_methods: ['PUT'], allowed_headers: ['*'], max_age_seconds: one.age };
  const asked = await rust.ask({ bucket, cors: { cors_rules: [rule] }, origins: [], requests: [REQUESTS[3]] });
  const { url, headers } = asked.requests.put;
  const before = preflights(bucket);
  for (let turn = 0; turn < 2; turn += 1) {
    // Past the cache, a browser asks again each time.
    const got = await tab.evaluate(tryIt, { url, headers, method: 'PUT', cache: 'default' });
    equal(got?.status, 201, 'status');
  }
  await harness.waitFor(() => preflights(bucket) - before >= one.preflights, 'the log of the emulator');
  equal(preflights(bucket) - before, one.preflights, 'preflights');
}

/** How often the emulator was asked, by its log. */
function preflights(bucket) {
  const lines = fs.readFileSync(process.env.INTEROP_LOG, 'utf8').split('\n');
  return lines.filter((line) => line.includes('OptionsObject') && line.includes(`/${bucket}/`)).length;
}

async function errors(tabs) {
  const rule = { allowed_origin: origins.app, allowed_methods: ['GET'] };
  const request = { name: 'gone', method: 'GET', key: 'nowhere', headers: {} };
  const asked = await rust.ask({ bucket: 'browser-errors', cors: { cors_rules: [rule] }, origins: [], requests: [request] });
  const { url } = asked.requests.gone;
  const got = await tabs.app.evaluate(tryIt, { url, method: 'GET', headers: {} });
  equal([got?.status, JSON.parse(got?.text ?? '{}').code], [404, 'object_not_exists']);
  const spoilt = await tabs.app.evaluate(tryIt, { url: url.replace('nowhere', 'k'), method: 'GET', headers: {} });
  equal([spoilt?.status, JSON.parse(spoilt?.text ?? '{}').code], [401, 'signature_not_matched']);
  equal(await tabs.evil.evaluate(tryIt, { url, method: 'GET', headers: {} }), null, 'the other origin');
}

/** A form that the page submits needs no rule: the answer replaces the page. */
async function submitted(tab) {
  const asked = await rust.ask({ bucket: 'browser-form', origins: [], requests: [], redirect: `${origins.app}/done` });
  const inputs = asked.form.fields.map(([name, value]) => `<input type="hidden" name='${name}' value='${value}'>`).join('');
  await tab.setContent(
    `<form method="post" enctype="multipart/form-data" action="${asked.form.url}">${inputs}` +
      '<input type="file" name="file" id="file"><button>send</button></form>',
  );
  const name = '写真 1.txt';
  await tab.setInputFiles('#file', { name, mimeType: 'text/plain', buffer: Buffer.from('chosen by hand') });
  await Promise.all([tab.waitForURL(`${origins.app}/done*`), tab.click('button')]);
  const query = new URL(tab.url()).searchParams;
  equal([query.get('status'), query.get('code')], ['201', 'created'], 'where it was sent on to');
  ok(query.get('request_id'), 'the request id');
  const answer = await harness.status(sdk.bucket('browser-form').getObject(`form/${name}`), 200);
  equal([answer.data, answer.headers['content-type']], ['chosen by hand', 'text/plain']);
}
