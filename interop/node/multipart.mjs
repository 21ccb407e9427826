// Multipart uploads and append.

import { cannot, equal, etag, ok, refused, status, step } from './harness.mjs';
import * as sdk from './sdk.mjs';

export async function run() {
  const one = await sdk.made('js-multipart');
  const key = 'films/übung 1.mp4';
  const pieces = [Buffer.alloc(4 << 20, 'a'), Buffer.alloc(5 << 20, 'b'), Buffer.from('the end')];
  let upload;

  await step('multipart: three parts', async () => {
    const { data } = await status(one.initiateMultipartUpload(key, { 'content-type': 'video/mp4' }), 200);
    equal([data.key, data.bucket], [key, 'js-multipart']);
    upload = data.upload_id;
    for (const [number, body] of pieces.entries()) {
      // A number 0 would count as missing; the text "0" does not.
      const options = { upload_id: upload, part_number: String(number), body };
      equal((await status(one.uploadMultipart(key, options), 201)).headers.etag, etag(body), 'ETag of a part');
    }
    await refused(one.getObject(key), 404, 'object_not_exists');
  });
  cannot('number a part or a position 0', 'it takes the number 0 for a missing value; the text "0" works');

  await step('multipart: list of parts and of uploads', async () => {
    const { data } = await status(one.listMultipart(key, { upload_id: upload }), 200);
    equal(data.object_parts.map((part) => [part.part_number, part.size]), pieces.map((piece, at) => [at, piece.length]));
    const { data: uploads } = await status(one.listMultipartUploads({ prefix: 'films/' }), 200);
    equal(uploads.uploads.map((item) => [item.key, item.upload_id]), [[key, upload]]);
  });

  await step('multipart: complete, with the ETag given', async () => {
    const given = '"4d2f5a38b9bfbef0bf6f29b2c7a6a7c4"';
    const parts = [0, 1, 2].map((number) => ({ part_number: number }));
    await status(one.completeMultipartUpload(key, { upload_id: upload, etag: given, object_parts: parts }), 201);
    const { data, headers } = await status(sdk.bytesOf('js-multipart').getObject(key), 200);
    ok(data.equals(Buffer.concat(pieces)), 'content');
    equal([headers['content-type'], headers.etag], ['video/mp4', given]);
  });

  cannot('append', 'it does not sign the position');
  await step('append: refused, since the position is not signed', async () => {
    await refused(one.appendObject('log', { position: '0', body: 'x' }), 401, 'signature_not_matched');
    await status(one.headObject('log'), 404);
  });

  await step('multipart: abort, and again', async () => {
    const { data } = await status(one.initiateMultipartUpload('given up'), 200);
    await status(one.abortMultipartUpload('given up', { upload_id: data.upload_id }), 204);
    await status(one.abortMultipartUpload('given up', { upload_id: data.upload_id }), 204);
    await refused(one.listMultipart('given up', { upload_id: data.upload_id }), 404, 'upload_not_exists');
  });
}
