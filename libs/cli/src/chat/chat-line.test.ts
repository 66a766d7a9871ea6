import { expect, test } from 'vitest';
import { parseChatLine } from './chat-line.ts';

test.each([
  ['', { kind: 'nothing' }],
  ['  Hello there. ', { kind: 'say', text: 'Hello there.' }],
  ['//clear is a command', { kind: 'say', text: '/clear is a command' }],
  ['/etc/hosts is a file', { kind: 'say', text: '/etc/hosts is a file' }],
  ['/image cat.png', { kind: 'image', path: 'cat.png' }],
  ["/image 'my cat.png'", { kind: 'image', path: 'my cat.png' }],
  ['/image "my cat.png"', { kind: 'image', path: 'my cat.png' }],
  ['/image my\\ cat.png', { kind: 'image', path: 'my cat.png' }],
  ['/image ~/cat.png', { kind: 'image', path: '/home/me/cat.png' }],
  ['/seed 18446744073709551615', { kind: 'seed', seed: 2n ** 64n - 1n }],
  ['/seed random', { kind: 'seed', seed: undefined }],
  ['/CLEAR', { kind: 'clear' }],
  ['/help', { kind: 'help' }],
  ['/exit', { kind: 'quit' }]
])('%j is read as it should be', (line, wanted) => {
  expect(parseChatLine(line, '/home/me')).toEqual(wanted);
});

test.each([
  ['/image', 'path of a picture'],
  ['/seed 18446744073709551616', 'below 2^64'],
  ['/seed', 'random'],
  ['/imge cat.png', 'no command /imge']
])('%j is refused with a word on what to do', (line, message) => {
  expect(parseChatLine(line)).toEqual({ kind: 'wrong', message: expect.stringContaining(message) });
});
