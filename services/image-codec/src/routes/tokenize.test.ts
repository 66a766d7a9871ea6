import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ImageCodecServiceDefinition, type TokenizeRequest, type TokenizeResponse, type TokenizeStart } from '@janus-mesh/contracts';
import { codecPixels, cropToSquare, decodePicture } from '@janus-mesh/image';
import { Code } from '@janus-mesh/rpc';
import { bytesOf, f32View } from '@janus-mesh/tensor';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { floats, readSafetensors } from '../../../../test/support/safetensors.ts';
import { importTiny, startTier, type TestTier, type TinyBundle } from '../../../../test/support/tier.ts';
import { tokenizePixels } from '../../../../test/support/tier-calls.ts';
import { imageCodec } from '../service.ts';

type Tier = TestTier<ImageCodecServiceDefinition>;

const GOLDENS = join(import.meta.dirname, '../../../../test/goldens/tiny-pro');
const cases = JSON.parse(readFileSync(join(GOLDENS, 'cases.json'), 'utf8')) as {
  vq_encode: { name: string; ids: number[]; tensors: { pixels: string; z: string } }[];
};
const expected = readSafetensors(join(GOLDENS, 'expected/vq.safetensors'));
const pictureFile = (file: string) => readFileSync(join(GOLDENS, 'images', file));

let bundle: TinyBundle;
let tier: Tier;
let diagnostic: Tier;

beforeAll(async () => {
  bundle = await importTiny();
  const start = (variables = {}) => startTier(imageCodec, ImageCodecServiceDefinition, bundle, variables);
  [tier, diagnostic] = [await start(), await start({ JANUS_MESH_DIAGNOSTICS: 'true' })];
});
afterAll(async () => {
  for (const running of [tier, diagnostic]) await running?.stop();
  bundle?.remove();
});

function tokenize({ client }: Tier, start: Partial<TokenizeStart>, ...chunks: Uint8Array[]): Promise<TokenizeResponse> {
  async function* requests(): AsyncGenerator<TokenizeRequest> {
    yield { message: { $case: 'start', value: { revision: bundle.revision, ...start } } };
    for (const value of chunks) yield { message: { $case: 'chunk', value } };
  }
  return client.tokenize(requests());
}

test.each(cases.vq_encode)('$name has the golden ids and latents', async ({ ids, tensors }) => {
  const answer = await tokenizePixels(diagnostic.client, bundle.revision, floats(expected, tensors.pixels));
  expect(answer.codeIds).toEqual(ids);
  expect(answer.grid).toBe(4);
  const z = floats(expected, tensors.z);
  const latents = f32View(answer.latents?.data ?? new Uint8Array());
  expect(answer.latents?.dims).toEqual([8, 4, 4]);
  expect(latents.length).toBe(z.length);
  expect(latents.every((value, i) => Math.abs(value - (z[i] as number)) <= 3e-4)).toBe(true);
});

test.each([
  ['photo.png', false],
  ['tall.png', false],
  ['exif.jpg', false],
  ['exif.jpg', true]
])('%s is cut to its middle square (orientation as stored: %s)', async (file, rawOrientation) => {
  const answer = await tokenize(tier, { rawOrientation }, pictureFile(file));
  const square = await cropToSquare(await decodePicture(pictureFile(file), { rawOrientation }), 64);
  const { codeIds } = await tokenizePixels(diagnostic.client, bundle.revision, codecPixels(square));
  expect(answer.codeIds).toEqual(codeIds);
  expect(answer.latents).toBeUndefined();
});

test('a file that is no picture is refused with its reason', async () => {
  const refusal = (reason: string) => ({ code: Code.INVALID_ARGUMENT, reason, violations: [{ field: 'chunk' }] });
  await expect(tokenize(tier, {}, Buffer.from('no picture at all'))).rejects.toMatchObject(refusal('NOT_A_PICTURE'));
  await expect(tokenize(tier, {}, pictureFile('photo.png').subarray(0, 9000))).rejects.toMatchObject(refusal('PICTURE_TRUNCATED'));
  await expect(tokenize(tier, {})).rejects.toMatchObject(refusal('PICTURE_EMPTY'));
});

test('raw pixels of another size are refused', async () => {
  const bytes = (count: number) => bytesOf(new Float32Array(count));
  await expect(tokenize(diagnostic, { rawPixels: true }, bytes(100))).rejects.toMatchObject({
    reason: 'RAW_PIXELS_SIZE',
    message: 'chunk: raw pixels are f32 [3, 64, 64]: 49152 bytes, 400 came'
  });
  await expect(tokenize(diagnostic, { rawPixels: true }, bytes(3 * 64 * 64), bytes(1))).rejects.toMatchObject({
    reason: 'PICTURE_TOO_LARGE',
    message: 'chunk: the picture has more than 49152 bytes, the most that are read'
  });
});

test('diagnostic fields are refused where diagnostics are off, naming them', async () => {
  await expect(tokenize(tier, { rawPixels: true, latents: true })).rejects.toMatchObject({
    code: Code.FAILED_PRECONDITION,
    reason: 'DIAGNOSTICS_OFF',
    message: expect.stringMatching(/^start.raw_pixels, start.latents: /)
  });
});

test('another revision is refused', async () => {
  await expect(tokenize(tier, { revision: 'another' })).rejects.toMatchObject({ reason: 'REVISION_MISMATCH' });
});
