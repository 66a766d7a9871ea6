import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rolesOfChatTemplate } from './chat-template-roles.ts';

const GOLDEN = readFileSync(join(import.meta.dirname, '../../../test/goldens/tiny-pro/chat_template.jinja'), 'utf8');

/** In the form of the converter of transformers: the names stand outside of any expression. */
const PLAIN_TEXT =
  "{%set seps=['\\n\\n','<｜end▁of▁sentence｜>']%}{%set i=0%}{%for message in messages%}" +
  "{%if message['role']|lower=='user'%}<|User|>: {%elif message['role']|lower=='assistant'%}<|Assistant|>:{%if not loop.last%} {%endif%}" +
  "{%else%}{{message['role'].capitalize()}}:{%endif%}{%for content in message['content']%}{%if content['type']=='image'%}" +
  "{%if not loop.first%}{{'\\n'}}{%endif%}<image_placeholder>{%endif%}{%endfor%}{%endfor%}" +
  '{%if add_generation_prompt%}{{seps[i]}}<|Assistant|>:{%endif%}';

test.each([
  ['the goldens', GOLDEN, '<|User|>', '<|Assistant|>'],
  ['text between tags', PLAIN_TEXT, '<|User|>', '<|Assistant|>'],
  ['other names', GOLDEN.replaceAll('<|User|>', 'Human').replaceAll('<|Assistant|>', 'Janus'), 'Human', 'Janus'],
  [
    'quoted lines',
    "{% for m in messages %}{% if m.role == 'user' %}{{ 'User: ' + m.content + '\\n\\n' }}{% else %}{{ 'Assistant: ' + m.content + eos }}{% endif %}" +
      "{% endfor %}{% if add_generation_prompt %}{{ '\\n\\nAssistant:' }}{% endif %}",
    'User',
    'Assistant'
  ],
  [
    'a map of names',
    "{% set names = {'user': 'Q', \"assistant\": \"A\"} %}{% for m in messages %}{{ names[m.role] + ': ' + m.content }}{% endfor %}",
    'Q',
    'A'
  ]
])('finds the names in %s', (_form, template, user, assistant) => {
  expect(rolesOfChatTemplate(template)).toEqual({ user, assistant });
});

test('finds none in a template of another kind', () => {
  expect(rolesOfChatTemplate('{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}{% endfor %}')).toBeUndefined();
  expect(rolesOfChatTemplate('')).toBeUndefined();
});
