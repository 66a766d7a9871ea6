import { expect, test } from 'vitest';
import { JsonFields } from './json-fields.ts';
import { readRoleNames } from './role-names.ts';

const PRO = { user: '<|User|>', assistant: '<|Assistant|>' };
const PLAIN = { user: 'User', assistant: 'Assistant' };
const TEMPLATE = "{{ 'Janus' if m.role == 'assistant' else 'Human' }}{% if add_generation_prompt %}{{ 'Janus:' }}{% endif %}";

function roles(sources: { format?: string; template?: string; tokens?: readonly string[] }) {
  return readRoleNames({
    processor: new JsonFields('processor_config.json', { sft_format: sources.format }),
    chatTemplate: sources.template,
    tokenizer: { model: { vocab: {} }, added_tokens: (sources.tokens ?? []).map((content, id) => ({ content, id })) }
  });
}

test('the format decides where it is given', () => {
  const tokens = Object.values(PRO);
  expect(roles({ format: 'deepseek', template: TEMPLATE })).toEqual(PRO);
  expect(roles({ format: 'deepseek_old', template: TEMPLATE, tokens })).toEqual(PLAIN);
});

test('then the chat template', () => {
  expect(roles({ template: TEMPLATE, tokens: Object.values(PRO) })).toEqual({ user: 'Human', assistant: 'Janus' });
});

test('then the tokens', () => {
  expect(roles({ tokens: Object.values(PRO) })).toEqual(PRO);
  expect(roles({ tokens: ['<|User|>'] })).toEqual(PLAIN);
  expect(roles({})).toEqual(PLAIN);
});

test('a template that writes role tokens the tokenizer lacks does not count', () => {
  const template = TEMPLATE.replaceAll('Janus', '<|Assistant|>').replaceAll('Human', '<|User|>');
  expect(roles({ template })).toEqual(PLAIN);
  expect(roles({ template, tokens: Object.values(PRO) })).toEqual(PRO);
});
