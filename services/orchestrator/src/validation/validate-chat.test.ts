import { ChatRequest, type Message, type Part, Role } from '@janus-mesh/contracts';
import { Code, type FieldViolation, MeshError } from '@janus-mesh/rpc';
import { describe, expect, test } from 'vitest';
import { testLimits } from '../testing/test-limits.ts';
import { tinyShapesConfig } from '../testing/tiny-shapes-config.ts';
import { validateChat } from './validate-chat.ts';

const REVISION = 'f'.repeat(64);
const context = { model: { name: 'tiny-shapes', revision: REVISION, config: tinyShapesConfig() }, limits: testLimits };

const text = (value: string): Part => ({ content: { $case: 'text', value } });
const picture = (bytes: number): Part => ({ content: { $case: 'picture', value: { data: new Uint8Array(bytes) } } });
const user = (...parts: Part[]): Message => ({ role: Role.ROLE_USER, parts });
const assistant = (...parts: Part[]): Message => ({ role: Role.ROLE_ASSISTANT, parts });

function request(fields: Partial<ChatRequest>): ChatRequest {
  return { ...ChatRequest.fromPartial({}), messages: [user(text('Hello'))], ...fields };
}

/** What is wrong with a request. */
function refusal(fields: Partial<ChatRequest>): MeshError {
  try {
    validateChat(request(fields), context);
  } catch (error) {
    if (error instanceof MeshError) return error;
    throw error;
  }
  throw new Error('the request was accepted');
}

type Row = [what: string, fields: Partial<ChatRequest>, ...violations: [field: string, description: string][]];

const MESSAGE_ROWS: Row[] = [
  ['no message', { messages: [] }, ['messages', 'is empty, at least one message is needed']],
  [
    'a role of no kind',
    { messages: [{ ...user(text('a')), role: 0 }] },
    ['messages[0].role', 'is 0, must be ROLE_USER (1) or ROLE_ASSISTANT (2)']
  ],
  [
    'an unknown role',
    { messages: [{ ...user(text('a')), role: 7 as Role }] },
    ['messages[0].role', 'is 7, must be ROLE_USER (1) or ROLE_ASSISTANT (2)']
  ],
  [
    'a last message of the assistant',
    { messages: [user(text('a')), assistant(text('b'))] },
    ['messages[1].role', "is ROLE_ASSISTANT, the last message must be the user's"]
  ],
  ['no parts', { messages: [user()] }, ['messages[0].parts', 'is empty, a message needs text or a picture']],
  [
    'an empty part',
    { messages: [user(text('a'), { content: undefined })] },
    ['messages[0].parts[1]', 'is empty, must be text or a picture']
  ],
  [
    'blank text, as Python strips it',
    { messages: [user(text(' \n'), text('\u001c\u0085\u3000'))] },
    ['messages[0].parts', 'has only blank text']
  ],
  ['a blank answer', { messages: [user(text('a')), assistant(text('')), user(text('b'))] }, ['messages[1].parts', 'has only blank text']],
  [
    'a picture of the assistant',
    { messages: [user(text('a')), assistant(picture(5)), user(text('b'))] },
    ['messages[1].parts[0].picture', 'is in a message of the assistant, only the user sends pictures']
  ],
  [
    'an empty picture',
    { messages: [user(text('a')), assistant(text('b')), user(text('c'), picture(0))] },
    ['messages[2].parts[1].picture.data', 'is empty']
  ],
  ['a picture too large', { messages: [user(picture(1001))] }, ['messages[0].parts[0].picture.data', 'has 1001 bytes, at most 1000']],
  ['too many pictures', { messages: [user(...Array.from({ length: 17 }, () => picture(1)))] }, ['messages', 'has 17 pictures, at most 16']],
  ['too many messages', { messages: Array.from({ length: 65 }, () => user(text('a'))) }, ['messages', 'has 65 messages, at most 64']],
  ['too many parts', { messages: [user(...Array.from({ length: 129 }, () => text('a')))] }, ['messages', 'has 129 parts, at most 128']],
  [
    'a placeholder',
    { messages: [user(text('see <image_placeholder>'))] },
    ['messages[0].parts[0].text', 'must not contain <image_placeholder>']
  ],
  [
    'a placeholder in two halves',
    { messages: [user(text('<image_'), text(''), text('placeholder>'))] },
    ['messages[0].parts[2].text', 'must not contain <image_placeholder>']
  ],
  [
    'a placeholder where specials are literal',
    { literalSpecials: true, messages: [user(text('<image_placeholder>'))] },
    ['messages[0].parts[0].text', 'must not contain <image_placeholder>']
  ],
  [
    'a placeholder in the system prompt',
    { systemPrompt: '<image_placeholder>' },
    ['system_prompt', 'must not contain <image_placeholder>']
  ],
  [
    'texts too long together',
    { systemPrompt: 'x'.repeat(6000), messages: [user(text('y'.repeat(4001)))] },
    ['messages', 'texts have 10001 characters together, at most 10000']
  ]
];

const FIELD_ROWS: Row[] = [
  ['no tokens', { maxTokens: 0 }, ['max_tokens', 'is 0, must be from 1 to 4294967295']],
  ['temperature NaN', { temperature: Number.NaN }, ['temperature', 'is NaN, must be from 0 to 100']],
  ['temperature infinite', { temperature: Number.POSITIVE_INFINITY }, ['temperature', 'is Infinity, must be from 0 to 100']],
  ['temperature negative', { temperature: -0.1 }, ['temperature', 'is -0.1, must be from 0 to 100']],
  ['temperature too high', { temperature: 100.5 }, ['temperature', 'is 100.5, must be from 0 to 100']],
  ['top-k above the vocabulary', { topK: 589 }, ['top_k', 'is 589, must be from 0 to 588']],
  ['top-p 0', { topP: 0 }, ['top_p', 'is 0, must be greater than 0 and at most 1']],
  ['top-p above 1', { topP: 1.01 }, ['top_p', 'is 1.01, must be greater than 0 and at most 1']],
  ['top-p NaN', { topP: Number.NaN }, ['top_p', 'is NaN, must be greater than 0 and at most 1']],
  ['an empty stop text', { stop: ['a', ''] }, ['stop[1]', 'has 0 characters, must have 1 to 256']],
  ['a stop text too long', { stop: ['é'.repeat(257)] }, ['stop[0]', 'has 257 characters, must have 1 to 256']],
  ['a cache salt too long', { cacheSalt: 'x'.repeat(129) }, ['cache_salt', 'has 129 characters, at most 128']],
  ['too many stop texts', { stop: ['a', 'b', 'c', 'd', 'e'] }, ['stop', 'has 5 texts, at most 4']],
  [
    'many things at once',
    { temperature: -1, topP: 2, stop: [''], messages: [user()] },
    ['messages[0].parts', 'is empty, a message needs text or a picture'],
    ['temperature', 'is -1, must be from 0 to 100'],
    ['top_p', 'is 2, must be greater than 0 and at most 1'],
    ['stop[0]', 'has 0 characters, must have 1 to 256']
  ]
];

describe('a chat request is refused', () => {
  test.each([...MESSAGE_ROWS, ...FIELD_ROWS])('with %s', (_what, fields, ...violations) => {
    const { code, violations: found } = refusal(fields);
    expect(code).toBe(Code.INVALID_ARGUMENT);
    expect(found).toEqual(violations.map(([field, description]): FieldViolation => ({ field, description })));
  });

  test('for another model, with the one that is served', () => {
    expect(refusal({ model: 'gpt' })).toMatchObject({
      code: Code.NOT_FOUND,
      reason: 'MODEL_NOT_FOUND',
      message: `model "gpt" is not served here, tiny-shapes (revision ${REVISION}) is`
    });
  });

  test('without listing a million faults', () => {
    const messages = Array.from({ length: 64 }, () => user({ content: undefined }, { content: undefined }));
    expect(refusal({ messages }).violations).toHaveLength(100);
  });
});

describe('a chat request is accepted', () => {
  test('with its defaults filled in', () => {
    expect(validateChat(request({}), context)).toEqual({
      messages: [{ role: 'user', parts: [{ kind: 'text', text: 'Hello' }] }],
      systemPrompt: undefined,
      maxTokens: undefined,
      sampling: { temperature: 0, topK: 0, topP: 1, seed: undefined },
      stop: [],
      rawOrientation: false,
      verbatimParts: false,
      literalSpecials: false
    });
  });

  test('at the edges of its limits', () => {
    const edges = { temperature: 100, topK: 588, topP: 1, seed: 2n ** 64n - 1n, stop: ['😀'.repeat(256)], maxTokens: 1 };
    expect(validateChat(request(edges), context)).toMatchObject({
      sampling: { temperature: 100, topK: 588, topP: 1, seed: 2n ** 64n - 1n },
      maxTokens: 1
    });
  });

  test('by name and by revision of the model', () => {
    for (const model of ['tiny-shapes', REVISION]) expect(() => validateChat(request({ model }), context)).not.toThrow();
  });

  test('with a picture alone, and where halves of a placeholder are not joined', () => {
    const messages = [user(text('<image_'), picture(3), text('placeholder>')), user(picture(1000))];
    expect(validateChat(request({ messages }), context).messages[1]?.parts).toEqual([
      { kind: 'picture', picture: { field: 'messages[1].parts[0].picture.data', data: new Uint8Array(1000) } }
    ]);
  });

  test('without the bytes of its pictures where they are only counted', () => {
    const counted = { ...context, readPictures: false };
    expect(() => validateChat(request({ messages: [user(picture(0))] }), counted)).not.toThrow();
  });
});
