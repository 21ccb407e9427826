// All steps of the JavaScript SDK.

import { result, step } from './harness.mjs';

for (const name of process.argv.slice(2).length ? process.argv.slice(2) : ['objects', 'multipart', 'settings', 'images']) {
  const { run } = await import(`./${name}.mjs`);
  try {
    await run();
  } catch (error) {
    await step(`${name}: to its end`, () => {
      throw error;
    });
  }
}
process.exit(result.failed ? 1 : 0);
