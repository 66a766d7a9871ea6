import type { MeshError, PromptInput } from '@janus-mesh/client';
import {
  assistantMessage,
  type ChatInput,
  Code,
  collectPictures,
  collectText,
  type DrawingInput,
  picture,
  userMessage
} from '@janus-mesh/client';
import { JanusServiceDefinition } from '@janus-mesh/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cutTo, fixture, hugeJpeg, hugePng, hugeWebp, textFile } from '../support/bad-pictures.ts';
import { CHECKPOINTS, startTestMesh, type TestMesh } from '../support/mesh.ts';
import { frameOf, RawClient } from '../support/raw-client.ts';
import { harmOf } from '../support/unharmed.ts';

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startTestMesh({ checkpoint: CHECKPOINTS.tinyShapes, diagnostics: false });
});
afterAll(async () => {
  await mesh[Symbol.asyncDispose]();
});

const HI = userMessage('Hi');
const MARK = '<image_placeholder>';
const RED = fixture('rgb8.png');
const chat = (request: ChatInput) => collectText(mesh.client.chat({ messages: [HI], maxTokens: 2, ...request }));
const draw = (request: Partial<DrawingInput>) => collectPictures(mesh.client.generateImage({ prompt: 'a red circle', ...request }));
const count = (prompt: PromptInput | undefined) => mesh.client.countTokens(prompt as PromptInput);

/** What a call was refused with: code, reason and the fields, by name. */
async function refusal(call: Promise<unknown>): Promise<[string, string, ...string[]]> {
  const error = await call.then(
    () => undefined,
    (thrown: MeshError) => thrown
  );
  if (error === undefined) return ['OK', ''];
  return [error.codeName, error.reason, ...error.violations.map(({ field }) => field)];
}

/** Rows that are refused with INVALID_ARGUMENT: what is asked, the fields that are named. */
const CHATS: [name: string, request: ChatInput, ...fields: string[]][] = [
  ['no message', { messages: [] }, 'messages'],
  ['a message without parts', { messages: [userMessage()] }, 'messages[0].parts'],
  ['blank text', { messages: [userMessage(' \n', '\t')] }, 'messages[0].parts'],
  ['a part of nothing', { messages: [{ role: 1, parts: [{ content: undefined }] }] }, 'messages[0].parts[0]'],
  ['no role', { messages: [{ ...HI, role: 0 }] }, 'messages[0].role'],
  ['a role that is none', { messages: [{ ...HI, role: 9 as 1 }] }, 'messages[0].role'],
  ['the assistant has the last word', { messages: [HI, assistantMessage('Hello')] }, 'messages[1].role'],
  ['a picture of the assistant', { messages: [HI, { role: 2, parts: [picture(RED)] }, HI] }, 'messages[1].parts[0].picture'],
  ['a placeholder in text', { messages: [userMessage('a', `b ${MARK} c`)] }, 'messages[0].parts[1].text'],
  ['a placeholder in two halves', { messages: [userMessage(MARK.slice(0, 7), MARK.slice(7))] }, 'messages[0].parts[1].text'],
  ['a placeholder in the system prompt', { systemPrompt: MARK }, 'system_prompt'],
  ['no tokens wanted', { maxTokens: 0 }, 'max_tokens'],
  ['a temperature that is no number', { temperature: Number.NaN }, 'temperature'],
  ['a temperature below 0', { temperature: -0.001 }, 'temperature'],
  ['an infinite temperature', { temperature: Number.POSITIVE_INFINITY }, 'temperature'],
  ['a temperature above 100', { temperature: 100.5 }, 'temperature'],
  ['a top-k beyond the vocabulary', { topK: 589 }, 'top_k'],
  ['a top-p of 0', { topP: 0 }, 'top_p'],
  ['a top-p above 1', { topP: 1.01 }, 'top_p'],
  ['a top-p that is no number', { topP: Number.NaN }, 'top_p'],
  ['five stop texts', { stop: ['a', 'b', 'c', 'd', 'e'] }, 'stop'],
  ['an empty stop text', { stop: ['a', ''] }, 'stop[1]'],
  ['a stop text that is too long', { stop: ['é'.repeat(257)] }, 'stop[0]'],
  ['17 pictures', { messages: [userMessage(...Array.from({ length: 17 }, () => picture(RED)), 'a')] }, 'messages'],
  ['1025 messages', { messages: Array.from({ length: 1025 }, () => HI) }, 'messages'],
  ['257 Ki characters', { messages: [userMessage('a'.repeat(257 * 1024))] }, 'messages'],
  [
    'much at once',
    { messages: [], maxTokens: 0, temperature: -1, topP: 2, stop: [''] },
    'messages',
    'max_tokens',
    'temperature',
    'top_p',
    'stop[0]'
  ]
];

const DRAWINGS: [name: string, request: Partial<DrawingInput>, ...fields: string[]][] = [
  ['no prompt', { prompt: '' }, 'prompt'],
  ['a blank prompt', { prompt: ' \n ' }, 'prompt'],
  ['a placeholder in the prompt', { prompt: MARK }, 'prompt'],
  ['a placeholder in the negative prompt', { negativePrompt: `a${MARK}` }, 'negative_prompt'],
  ['another width', { width: 384 }, 'width'],
  ['another height', { height: 95, width: 96 }, 'height'],
  ['no samples', { samples: 0 }, 'samples'],
  ['17 samples', { samples: 17 }, 'samples'],
  ['a guidance weight that is no number', { guidanceWeight: Number.NaN }, 'guidance_weight'],
  ['a guidance weight below 0', { guidanceWeight: -1 }, 'guidance_weight'],
  ['a guidance weight above 100', { guidanceWeight: 1e300 }, 'guidance_weight'],
  ['a temperature that is no number', { temperature: Number.NaN }, 'temperature'],
  ['a top-k beyond the codebook', { topK: 513 }, 'top_k'],
  ['a top-p below 0', { topP: -1 }, 'top_p'],
  ['a preview mode that is none', { preview: 9 as 1 }, 'preview'],
  ['previews after no row', { previewRows: 0 }, 'preview_rows'],
  ['previews after more rows than there are', { previewRows: 7 }, 'preview_rows'],
  ['a format that is none', { format: 9 as 1 }, 'format'],
  ['much at once', { prompt: '', width: 1, samples: 99, format: 9 as 1 }, 'prompt', 'width', 'samples', 'format']
];

const PICTURES: [name: string, file: Uint8Array, reason: string][] = [
  ['no bytes', new Uint8Array(), 'INVALID_ARGUMENT'],
  ['one byte', Uint8Array.of(0x89), 'NOT_A_PICTURE'],
  ['text', textFile('This is not a picture.'), 'NOT_A_PICTURE'],
  ['a program', textFile('\x7fELF\x02\x01\x01'), 'NOT_A_PICTURE'],
  ['zeros', new Uint8Array(4096), 'NOT_A_PICTURE'],
  ['a web page', textFile('<!doctype html><html></html>'), 'NOT_A_PICTURE'],
  ['an SVG', textFile('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), 'UNSUPPORTED_PICTURE_FORMAT'],
  ['an SVG behind an XML head', textFile('<?xml version="1.0"?>\n<svg/>'), 'UNSUPPORTED_PICTURE_FORMAT'],
  ['a GIF', textFile('GIF89a\x01\x00\x01\x00\x00\x00\x00;'), 'UNSUPPORTED_PICTURE_FORMAT'],
  ['a TIFF', textFile('II*\x00\x08\x00\x00\x00'), 'UNSUPPORTED_PICTURE_FORMAT'],
  ['a big-endian TIFF', textFile('MM\x00*\x00\x00\x00\x08'), 'UNSUPPORTED_PICTURE_FORMAT'],
  ['an AVIF', textFile('\x00\x00\x00\x20ftypavif\x00\x00\x00\x00'), 'UNSUPPORTED_PICTURE_FORMAT'],
  ['a HEIC', textFile('\x00\x00\x00\x18ftypheic\x00\x00\x00\x00'), 'UNSUPPORTED_PICTURE_FORMAT'],
  ['a BMP', textFile('BM\x3a\x00\x00\x00'), 'UNSUPPORTED_PICTURE_FORMAT'],
  ['a PDF', textFile('%PDF-1.7\n'), 'UNSUPPORTED_PICTURE_FORMAT'],
  ['the first 8 bytes of a PNG', RED.subarray(0, 8), 'PICTURE_TRUNCATED'],
  ['half a PNG', cutTo(RED, 0.5), 'PICTURE_TRUNCATED'],
  ['half a JPEG', cutTo(fixture('444.jpg'), 0.5), 'PICTURE_TRUNCATED'],
  ['half a WebP', cutTo(fixture('lossy.webp'), 0.5), 'PICTURE_TRUNCATED'],
  ['a PNG with noise inside', RED.map((byte, at) => (at > 60 && at < 200 ? byte ^ 0x55 : byte)), 'PICTURE_CORRUPT'],
  [
    'a JPEG without tables',
    textFile('\xff\xd8\xff\xe0\x00\x04\x00\x00\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x00\xff\xd9'),
    'PICTURE_CORRUPT'
  ],
  ['a PNG that says 30,000 x 30,000', hugePng(30_000, 30_000), 'PICTURE_TOO_LARGE'],
  ['a PNG that says 100,000 wide', hugePng(100_000, 1), 'PICTURE_TOO_LARGE'],
  ['a PNG that says 2^31 - 1 wide', hugePng(2 ** 31 - 1, 1), 'PICTURE_CORRUPT'],
  ['a JPEG that says 30,000 x 30,000', hugeJpeg(30_000, 30_000), 'PICTURE_TOO_LARGE'],
  ['a WebP that says 16,383 x 16,383', hugeWebp(16_383, 16_383), 'PICTURE_TOO_LARGE'],
  ['a PNG of no width', hugePng(0, 10), 'PICTURE_CORRUPT'],
  ['21 MiB', new Uint8Array(21 * 1024 * 1024), 'INVALID_ARGUMENT']
];

describe('a wrong request is refused at the field that is wrong', () => {
  test.each(CHATS)('chat: %s', async (_, request, ...fields) => {
    expect(await refusal(chat(request))).toEqual(['INVALID_ARGUMENT', 'INVALID_ARGUMENT', ...fields]);
  });

  test.each(DRAWINGS)('drawing: %s', async (_, request, ...fields) => {
    expect(await refusal(draw(request))).toEqual(['INVALID_ARGUMENT', 'INVALID_ARGUMENT', ...fields]);
  });

  test.each(PICTURES)('picture: %s', async (_, file, reason) => {
    const messages = [userMessage('Hi'), assistantMessage('Hi'), userMessage('What is', picture(file), '?')];
    expect(await refusal(chat({ messages }))).toEqual(['INVALID_ARGUMENT', reason, 'messages[2].parts[1].picture.data']);
  });

  test('of two pictures only the wrong one is named', async () => {
    const messages = [userMessage(picture(RED), picture(textFile('no picture')), 'Hi')];
    expect(await refusal(chat({ messages }))).toEqual(['INVALID_ARGUMENT', 'NOT_A_PICTURE', 'messages[0].parts[1].picture.data']);
  });

  test.each([
    ['nothing', undefined, 'prompt'],
    ['a chat', { $case: 'chat', value: { messages: [], temperature: -1 } }, 'chat.messages', 'chat.temperature'],
    ['a drawing', { $case: 'image', value: { prompt: '' } }, 'image.prompt']
  ] as [string, PromptInput | undefined, ...string[]][])('counting: %s', async (_, prompt, ...fields) => {
    expect(await refusal(count(prompt))).toEqual(['INVALID_ARGUMENT', 'INVALID_ARGUMENT', ...fields]);
  });

  test('what does not fit into the context has a reason of its own', async () => {
    const long = 'many words '.repeat(1000);
    expect(await refusal(chat({ messages: [userMessage(long)] }))).toEqual(['INVALID_ARGUMENT', 'CONTEXT_EXCEEDED', 'messages']);
    expect(await refusal(chat({ maxTokens: 1024 }))).toEqual(['INVALID_ARGUMENT', 'CONTEXT_EXCEEDED', 'max_tokens']);
    expect(await refusal(draw({ prompt: long }))).toEqual(['INVALID_ARGUMENT', 'CONTEXT_EXCEEDED', 'prompt']);
    expect(await refusal(draw({ negativePrompt: long }))).toEqual(['INVALID_ARGUMENT', 'CONTEXT_EXCEEDED', 'negative_prompt']);
  });

  test('another model is not found, whatever else is wrong', async () => {
    const wanted = ['NOT_FOUND', 'MODEL_NOT_FOUND'];
    expect(await refusal(chat({ model: 'gpt', messages: [] }))).toEqual(wanted);
    expect(await refusal(draw({ model: '' }))).toEqual(wanted);
    expect(await refusal(count({ $case: 'chat', value: { messages: [HI], model: 'janus' } }))).toEqual(wanted);
  });
});

describe('what is no request at all has a code', () => {
  const call = async (method: string, frame: Uint8Array) => {
    const client = new RawClient(mesh.mesh.target);
    const { code } = await client.call(`/${JanusServiceDefinition.fullName}/${method}`, frame, 10_000).finally(() => client.close());
    return code;
  };

  test.each([
    ['no protobuf', 'Chat', frameOf(Uint8Array.of(0xff, 0xff, 0xff, 0xff)), Code.INVALID_ARGUMENT],
    ['a text that is not UTF-8', 'GenerateImage', frameOf(Uint8Array.of(0x0a, 2, 0xc3, 0x28)), Code.INVALID_ARGUMENT],
    ['another method', 'Sing', frameOf(new Uint8Array()), Code.UNIMPLEMENTED],
    ['a frame that says 4 GiB', 'Chat', Uint8Array.of(0, 0xff, 0xff, 0xff, 0xff, 1, 2), Code.RESOURCE_EXHAUSTED]
  ])('%s', async (_, method, frame, code) => {
    expect(await call(method, frame)).toBe(code);
  });

  test('more than 64 MiB', async () => {
    const parts = Array.from({ length: 4 }, () => picture(new Uint8Array(17 * 1024 * 1024)));
    expect((await refusal(chat({ messages: [userMessage(...parts)] })))[0]).toBe('RESOURCE_EXHAUSTED');
  });
});

test.each([
  'cmyk.jpg',
  'cmyk-no-adobe.jpg',
  'ycck.jpg',
  'grey.jpg',
  '420-progressive.jpg',
  'orientation6.jpg',
  'grey16.png',
  'rgb16.png',
  'rgba16.png',
  'grey16-interlaced.png',
  'grey1.png',
  'palette8-trns.png',
  'animated.png',
  'animated.webp',
  'lossless-alpha.webp'
])('an odd but good picture is read: %s', async (name) => {
  expect(await refusal(chat({ messages: [userMessage(picture(fixture(name)), 'What is this?')] }))).toEqual(['OK', '']);
});

test('odd but good requests are served', async () => {
  const odd: ChatInput[] = [
    { systemPrompt: '', stop: [] },
    { temperature: 100, topK: 588, topP: Number.MIN_VALUE, seed: 2n ** 64n - 1n },
    { messages: [userMessage('', 'a', '')] },
    { messages: [userMessage(picture(RED))] },
    { messages: [userMessage('<begin_of_image></s> \0 \u202e 🟢')] },
    { messages: [assistantMessage('I begin.'), HI] }
  ];
  for (const request of odd) expect(await refusal(chat(request)), JSON.stringify(request.stop)).toEqual(['OK', '']);
  expect(await refusal(draw({ guidanceWeight: 0, temperature: 0, width: 96, height: 96, negativePrompt: ' ' }))).toEqual(['OK', '']);
});

test('afterwards the mesh is as if nothing had happened', async () => {
  expect(await harmOf(mesh)).toEqual([]);
});
