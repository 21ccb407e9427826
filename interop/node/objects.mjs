// Buckets and objects: life, keys, headers, ranges, conditions, copies, listings, presigned URLs.

import { cannot, equal, etag, follow, ok, raw, refused, startOrigin, status, step } from './harness.mjs';
import { AWKWARD } from './keys.mjs';
import * as sdk from './sdk.mjs';

export async function run() {
  const one = sdk.bucket('js-objects');
  await buckets(one);
  for (const [name, key] of Object.entries(AWKWARD)) {
    await step(`key: ${name}`, () => roundTrip(one, key));
  }
  cannot('copy from a key with `?`', 'it encodes the copy source with encodeURI, which leaves `?` as it is');
  await content(one);
  await conditions(one);
  await copies(one);
  await presigned(one);
  await listing();
  await step('bucket: delete', async () => {
    await refused(one.delete(), 409, 'bucket_not_empty');
    const two = await sdk.made('js-short-lived');
    await status(two.delete(), 204);
    await status(two.head(), 404);
  });
}

async function buckets(one) {
  await step('bucket: create, create again, head', async () => {
    await status(one.put(), 201);
    await refused(one.put(), 409, 'bucket_already_exists');
    await status(one.head(), 200);
    await status(sdk.bucket('js-nowhere').head(), 404);
    await refused(sdk.bucket('not_allowed').put(), 400, 'invalid_bucket_name');
  });
  await step('bucket: list of buckets', async () => {
    const { data } = await status(sdk.service().listBuckets(), 200);
    equal(data.count, data.buckets.length, 'count');
    ok(data.buckets.some((item) => item.name === 'js-objects'), 'it is listed');
  });
  await step('bucket: statistics', async () => {
    const { data } = await status(one.getStatistics(), 200);
    equal([data.count, data.size, data.status], [0, 0, 'active']);
  });
  await step('zones: <zone>.localhost, path style', async () => {
    const zoned = sdk.bucket('js-zoned', 'pek3a', { host: 'localhost' });
    await status(zoned.put(), 201);
    await status(zoned.putObject('a b', { body: 'x' }), 201);
    equal((await zoned.getObject('a b')).data, 'x');
    await status(zoned.deleteObject('a b'), 204);
    await status(zoned.delete(), 204);
  });
  cannot('use virtual hosts in Node', 'its Host header lacks the bucket that it signs');
  await step('rights: unknown key id, wrong secret', async () => {
    await refused(sdk.bucket('js-objects', '', { access_key_id: 'NOBODY' }).listObjects(), 401, 'invalid_access_key_id');
    await refused(sdk.bucket('js-objects', '', { secret_access_key: 'wrong' }).listObjects(), 401, 'signature_not_matched');
  });
}

async function roundTrip(one, key) {
  const body = Buffer.from(`content of ${key}`);
  const bytes = sdk.bytesOf('js-objects');
  equal((await status(one.putObject(key, { body }), 201)).headers.etag, etag(body), 'ETag of the upload');
  const answer = await status(bytes.getObject(key), 200);
  ok(answer.data.equals(body), 'content');
  equal(answer.headers.etag, etag(body), 'ETag of the download');
  equal((await status(one.headObject(key), 200)).headers['content-length'], String(body.length), 'length');
  const { data } = await status(one.listObjects({ prefix: key }), 200);
  ok(data.keys.some((item) => item.key === key), 'it is listed');
  const request = await bytes.getObjectRequest(key).signQuery(600);
  ok((await follow(request.operation.uri)).data.equals(body), 'presigned');
  let source = 'moved';
  if (!key.includes('?')) {
    await status(one.putObject('moved', { 'x-qs-move-source': `/js-objects/${key}` }), 201);
    ok((await bytes.getObject('moved')).data.equals(body), 'content of what was moved');
  } else {
    source = key;
  }
  const { data: deletion } = await status(one.deleteMultipleObjects({ objects: [{ key: source }, { key }] }), 200);
  equal(deletion.deleted.map((item) => item.key).sort(), [source, key].sort(), 'deleted');
  await refused(one.getObject(key), 404, 'object_not_exists');
}

async function content(one) {
  const bytes = sdk.bytesOf('js-objects');
  await step('object: empty, and over it eight megabytes', async () => {
    equal((await status(one.putObject('big', {}), 201)).headers.etag, etag(''));
    equal((await status(one.getObject('big'), 200)).headers['content-length'], '0');
    const big = Buffer.alloc(8 << 20, 'QingStor');
    equal((await status(one.putObject('big', { body: big }), 201)).headers.etag, etag(big));
    ok((await bytes.getObject('big')).data.equals(big), 'content');
  });
  await step('object: Content-MD5 is checked', async () => {
    const md5 = 'XUFAKrxLKna5cZ2REBfFkg=='; // of "hello"
    await status(one.putObject('checked', { 'content-md5': md5, body: 'hello' }), 201);
    await refused(one.putObject('checked', { 'content-md5': md5, body: 'hellO' }), 400, 'bad_digest');
    equal((await one.getObject('checked')).data, 'hello');
  });
  await step('object: type, storage class, cache', async () => {
    await status(
      one.putObject('dressed', {
        'content-type': 'text/plain; charset=utf-8',
        'cache-control': 'max-age=60',
        'x-qs-storage-class': 'STANDARD_IA',
        body: 'hello',
      }),
      201,
    );
    const { headers } = await status(one.headObject('dressed'), 200);
    equal(headers['content-type'], 'text/plain; charset=utf-8');
    equal(headers['cache-control'], 'max-age=60');
    equal(headers['x-qs-storage-class'], 'STANDARD_IA');
  });
  cannot('send header values with blanks, such as dates', 'it runs encodeURI over all values');
  await step('object: metadata, by way of the request (the parameter is not expanded)', async () => {
    const request = one.putObjectRequest('described', { body: 'x' });
    request.operation.headers['x-qs-meta-owner'] = 'ann';
    await status(request.send(), 201);
    equal((await status(one.headObject('described'), 200)).headers['x-qs-meta-owner'], 'ann');
  });
  await step('range: parts, and beyond the end', async () => {
    await status(one.putObject('digits', { body: '0123456789' }), 201);
    for (const [range, want, where] of [
      ['bytes=2-5', '2345', 'bytes 2-5/10'],
      ['bytes=7-', '789', 'bytes 7-9/10'],
      ['bytes=-3', '789', 'bytes 7-9/10'],
    ]) {
      const answer = await status(bytes.getObject('digits', { range }), 206);
      equal([answer.data.toString(), answer.headers['content-range']], [want, where], range);
    }
    await refused(one.getObject('digits', { range: 'bytes=10-' }), 416, 'invalid_range');
  });
  await step('response overrides: signed decoded', async () => {
    const { headers } = await status(
      one.getObject('digits', {
        'response-content-type': 'video/mp4; charset=utf8',
        'response-content-disposition': 'attachment; filename="a b+c~*.txt"',
      }),
      200,
    );
    equal(headers['content-type'], 'video/mp4; charset=utf8');
    equal(headers['content-disposition'], 'attachment; filename="a b+c~*.txt"');
  });
  await step('customer key: put, get, wrong key', async () => {
    const ours = customerKey('eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=', '3I/h1kl+vSP1l12NKhxegQ==');
    await status(one.putObject('secret', { ...ours, body: 'hush' }), 201);
    equal((await status(one.getObject('secret', ours), 200)).data, 'hush');
    await refused(one.getObject('secret'), 400, 'invalid_argument');
    await status(one.headObject('secret'), 200);
  });
}

const customerKey = (key, md5) => ({
  'x-qs-encryption-customer-algorithm': 'AES256',
  'x-qs-encryption-customer-key': key,
  'x-qs-encryption-customer-key-md5': md5,
});

async function conditions(one) {
  await step('conditions: by tag (sent percent-encoded, as the documentation shows)', async () => {
    const tag = etag('0123456789');
    await status(one.getObject('digits', { 'if-match': tag }), 200);
    await refused(one.getObject('digits', { 'if-match': '"other"' }), 412, 'precondition_failed');
    await status(one.getObject('digits', { 'if-none-match': tag }), 304);
    await status(one.getObject('digits', { 'if-none-match': '"other"' }), 200);
    await status(one.headObject('digits', { 'if-match': '"other"' }), 412);
  });
}

async function copies(one) {
  await step('copy: with conditions, to another bucket, and what is not there', async () => {
    const two = await sdk.made('js-copies');
    const source = { 'x-qs-copy-source': '/js-objects/digits' };
    await status(two.putObject('c', { ...source, 'x-qs-copy-source-if-match': etag('0123456789') }), 201);
    equal(String((await two.getObject('c')).data), '0123456789');
    await refused(two.putObject('d', { ...source, 'x-qs-copy-source-if-match': '"other"' }), 412, 'precondition_failed');
    await refused(two.putObject('d', { 'x-qs-copy-source': '/js-objects/nowhere' }), 404, 'object_not_exists');
    await status(two.headObject('d'), 404);
  });
  await step('fetch: through a redirect, and what the origin has not', async () => {
    const origin = await startOrigin({ '/ü.txt': 'from afar' }, { '/old': '/%C3%BC.txt' });
    await status(one.putObject('fetched', { 'x-qs-fetch-source': `${origin.url}/old` }), 201);
    equal((await one.getObject('fetched')).data, 'from afar');
    await refused(one.putObject('f', { 'x-qs-fetch-source': `${origin.url}/none` }), 404, 'object_not_exists');
    origin.close();
  });
}

async function presigned(one) {
  await step('presigned: GET, PUT and DELETE, each for itself only', async () => {
    const put = (await one.putObjectRequest('later', { body: '' }).signQuery(600)).operation.uri;
    await status(follow(put, 'PUT', {}, 'presigned'), 201);
    const get = (await one.getObjectRequest('later').signQuery(600)).operation.uri;
    equal((await follow(get)).data.toString(), 'presigned');
    await refused(follow(get, 'DELETE'), 401, 'signature_not_matched');
    await status(follow((await one.deleteObjectRequest('later').signQuery(600)).operation.uri, 'DELETE'), 204);
    await status(one.headObject('later'), 404);
  });
  await step('presigned: a time that is over', async () => {
    await refused(follow((await one.getObjectRequest('digits').signQuery(-10)).operation.uri), 403, 'request_expired');
  });
  await step('delete multiple: quiet', async () => {
    await status(one.putObject('q', { body: 'x' }), 201);
    const { data } = await status(one.deleteMultipleObjects({ objects: [{ key: 'q' }, { key: 'never' }], quiet: true }), 200);
    equal(data.deleted ?? [], [], 'deleted');
    await status(one.headObject('q'), 404);
    await refused(raw('GET', '/js-objects/digits'), 403, 'permission_denied');
  });
}

async function listing() {
  const two = await sdk.made('js-listing');
  await step('listing: in pages, and by folder', async () => {
    const names = Array.from({ length: 25 }, (_, at) => `2026/${String(at % 5)}/${String(at)}`).concat('top');
    for (const name of names) await status(two.putObject(name, { body: name }), 201);
    const found = [];
    for (let marker = '', more = true; more; ) {
      const { data } = await status(two.listObjects({ limit: 4, marker }), 200);
      found.push(...data.keys.map((item) => item.key));
      [marker, more] = [data.next_marker, data.has_more];
    }
    equal(found.sort(), names.sort(), 'keys');
    const { data } = await status(two.listObjects({ delimiter: '/', prefix: '2026/' }), 200);
    equal(data.common_prefixes, ['2026/0/', '2026/1/', '2026/2/', '2026/3/', '2026/4/']);
    equal(data.keys, [], 'keys beside them');
    const { data: top } = await status(two.listObjects({ delimiter: '/' }), 200);
    equal([top.common_prefixes, top.keys.map((item) => [item.key, item.size])], [['2026/'], [['top', 3]]]);
  });
}
