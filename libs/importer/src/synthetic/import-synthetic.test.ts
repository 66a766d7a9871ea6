import { canonicalTensors, conversationPrompt, readModelConfig } from '@janus-mesh/models';
import { bytesOf } from '@janus-mesh/tensor';
import { loadTokenizer } from '@janus-mesh/tokenizer';
import { describe, expect, test } from 'vitest';
import { PUBLISHED_MODELS, type PublishedName, publishedDocuments } from './published-models.ts';
import { SyntheticReader } from './synthetic-reader.ts';

const elements = (name: PublishedName) =>
  canonicalTensors(readModelConfig(publishedDocuments(name)).model).reduce(
    (sum, { dims }) => sum + dims.reduce((product, dim) => product * dim, 1),
    0
  );

describe('a published size', () => {
  // Of the published files: bytes on disk / 2, less the pooling head that no inference reads and the codebook's 65,536 counters.
  test.each<[PublishedName, number]>([
    ['janus-1.3b', 2_089_232_011 - 12_595_200],
    ['janus-pro-1b', 2_089_232_011 - 12_595_200],
    ['janus-pro-7b', 7_420_368_523 - 12_595_200]
  ])('%s has the number of parameters it has', (name, expected) => {
    expect(elements(name)).toBe(expected);
  });

  test.each(Object.keys(PUBLISHED_MODELS) as PublishedName[])('%s has a tokenizer with the special tokens at their ids', (name) => {
    const documents = publishedDocuments(name);
    const { model } = readModelConfig(documents);
    const { tokens } = PUBLISHED_MODELS[name];
    expect(model.tokens).toMatchObject({
      bos: { id: tokens.bos },
      pad: { id: tokens.pad },
      beginOfImage: { id: tokens.beginOfImage },
      endOfImage: { id: tokens.endOfImage },
      imagePlaceholder: { id: tokens.endOfImage + 1 }
    });
    expect(model.text.vocabSize).toBe(102_400);
    const tokenizer = loadTokenizer(documents.tokenizer, { bos: tokens.bos });
    const messages = [{ role: 'user' as const, content: [{ text: 'ein Bär 🐻' }] }];
    const ids = tokenizer.encode(conversationPrompt(model.prompt, { system: [], messages }));
    expect(ids[0]).toBe(tokens.bos);
    expect(tokenizer.decode(ids.slice(1))).toContain(': ein Bär 🐻');
  });
});

describe('random weights', () => {
  const tensors = [
    { name: 'language_model.layers.0.mlp.up_proj.weight', dims: [2100, 1024] },
    { name: 'language_model.layers.0.input_layernorm.weight', dims: [1024] },
    { name: 'language_model.embed_tokens.weight', dims: [500, 64] }
  ] as const;
  const reader = (seed: number) => new SyntheticReader(tensors, seed, () => undefined);
  const [matrix, norm, embedding] = tensors.map(({ name }) => name) as [string, string, string];

  async function read(seed: number, name: string): Promise<Float32Array> {
    const parts: number[] = [];
    for await (const chunk of reader(seed).chunks(name)) for (const value of chunk) parts.push(value);
    return Float32Array.from(parts);
  }

  test('are the same for the same seed, whole or in rows', async () => {
    const whole = await read(1, matrix);
    const isSame = (a: Float32Array, b: Float32Array) => Buffer.compare(bytesOf(a), bytesOf(b)) === 0;
    expect(isSame(await read(1, matrix), whole)).toBe(true);
    expect(isSame(await read(2, matrix), whole)).toBe(false);
    expect(isSame(await reader(1).rows(matrix, new Float32Array(2 * 1024), 2098), whole.subarray(2098 * 1024))).toBe(true);
    expect(await reader(1).sum(matrix)).not.toBe(await reader(2).sum(matrix));
  });

  test('keep the size of what goes through them', async () => {
    const weight = await read(1, matrix);
    const input = Float32Array.from({ length: 1024 }, (_, i) => Math.SQRT2 * Math.sin(i));
    const output = Array.from({ length: 2100 }, (_, row) =>
      input.reduce((sum, value, i) => sum + value * (weight[row * 1024 + i] as number), 0)
    );
    expect(Math.sqrt(output.reduce((sum, value) => sum + value ** 2, 0) / 2100)).toBeCloseTo(1, 0.5);
    const scales = await read(1, norm);
    expect(scales.reduce((sum, value) => sum + value, 0) / 1024).toBeCloseTo(1, 1);
  });

  test('embeddings are exact in bf16', async () => {
    const exact = await read(1, embedding);
    const halves: number[] = [];
    for await (const chunk of reader(1).storedChunks(embedding)) halves.push(...new Uint16Array(chunk.buffer));
    expect(new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer)).toEqual(exact);
  });
});
