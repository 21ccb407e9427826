// Image processing, by the SDK's fluent helper.

import zlib from 'node:zlib';

import { equal, ok, status, step } from './harness.mjs';
import * as sdk from './sdk.mjs';

/** A PNG of one colour. */
function png(width, height, [red, green, blue]) {
  const chunk = (name, content) => {
    const body = Buffer.concat([Buffer.from(name), content]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(content.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, Buffer.from([red, green, blue]))]);
  const rows = zlib.deflateSync(Buffer.concat(Array(height).fill(row)));
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]);
}

function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

export async function run() {
  const one = await sdk.made('js-images');
  const bytes = sdk.bytesOf('js-images');
  await status(one.putObject('p.png', { 'content-type': 'image/png', body: png(60, 30, [200, 10, 10]) }), 201);
  // The helper builds the action and drops the answer, so the action is taken out of it.
  const process = async (build) => {
    const image = build(new sdk.Client.Image('p.png', one));
    const { data, headers } = await status(bytes.imageProcess('p.png', image.input), 200);
    return { data, type: headers['content-type'] };
  };
  const size = ({ data }) => [data.readUInt32BE(16), data.readUInt32BE(20)];

  await step('image: info', async () => {
    const told = JSON.parse((await process((image) => image.info())).data);
    equal([told.width, told.height, told.type], [60, 30, 'png']);
  });
  await step('image: crop, rotate, resize', async () => {
    equal(size(await process((image) => image.crop({ width: 20, height: 10 }))), [20, 10]);
    equal(size(await process((image) => image.rotate({ angle: 90 }))), [30, 60]);
    equal(size(await process((image) => image.resize({ width: 30, height: 30, mode: 2 }))), [30, 15]);
    equal(size(await process((image) => image.resize({ width: 30, height: 30, mode: 1 }))), [30, 30]);
  });
  await step('image: all parameters, also those that are 0 or empty', async () => {
    const text = Buffer.from('mark').toString('base64').replace(/=+$/, '');
    equal(size(await process((image) => image.crop({ width: 20 }))), [20, 30], 'crop with h_0');
    equal(size(await process((image) => image.resize({ width: 30 }))), [30, 15], 'resize with h_0');
    equal(size(await process((image) => image.waterMark({ text }))), [60, 30], 'watermark with an empty colour');
  });
  await step('image: a chain, and another format', async () => {
    const { data, type } = await process((image) => image.rotate({ angle: 90 }).resize({ width: 15 }).format({ type: 'jpeg' }));
    ok(data.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])), 'a JPEG');
    equal(type, 'image/jpeg');
  });
}
