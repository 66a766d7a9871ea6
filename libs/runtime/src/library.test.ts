import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { defaultLibraryPath, loadLibrary } from './library.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const isMapped = (path: string) => readFileSync('/proc/self/maps', 'utf8').includes(path);

test.runIf(process.platform === 'linux')('ONNX Runtime stays loaded when garbage is collected before any of its threads runs', () => {
  const { path } = loadLibrary(defaultLibraryPath());
  collectGarbage();
  expect(isMapped(path)).toBe(true);
});
