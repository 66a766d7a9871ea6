import { describe, expect, test } from 'vitest';
import { StopTexts } from './stop-texts.ts';

/** Pushes the pieces and returns what was shown, and whether it was stopped. */
function run(stops: readonly string[], pieces: readonly string[]): { shown: string[]; isStopped: boolean } {
  const matcher = new StopTexts(stops);
  const shown: string[] = [];
  for (const piece of pieces) {
    const step = matcher.push(piece);
    shown.push(step.text);
    if (step.isStopped) return { shown, isStopped: true };
  }
  shown.push(matcher.flush());
  return { shown, isStopped: false };
}

describe('stop texts', () => {
  test('lets everything through at once where there are none', () => {
    expect(run([], ['a', 'b'])).toEqual({ shown: ['a', 'b', ''], isStopped: false });
  });

  test('ends before a stop text inside one piece', () => {
    expect(run(['END'], ['one END two'])).toEqual({ shown: ['one '], isStopped: true });
  });

  test('holds back what may begin a stop text and ends before it', () => {
    expect(run(['\n\nUser:'], ['Hi', '\n', '\n', 'Us', 'er: more'])).toEqual({ shown: ['Hi', '', '', '', ''], isStopped: true });
  });

  test('lets held text go as soon as it cannot be a stop text', () => {
    expect(run(['abc'], ['xa', 'b', 'd'])).toEqual({ shown: ['x', '', 'abd', ''], isStopped: false });
  });

  test('lets held text go at the end', () => {
    expect(run(['abc'], ['xab'])).toEqual({ shown: ['x', 'ab'], isStopped: false });
  });

  test('finds a stop text that begins inside a failed beginning', () => {
    expect(run(['aab'], ['aa', 'ab'])).toEqual({ shown: ['', 'a'], isStopped: true });
  });

  test('takes the stop text that is complete first, not the one that began first', () => {
    expect(run(['abcd', 'bc'], ['abcd'])).toEqual({ shown: ['a'], isStopped: true });
  });

  test('takes the longer of two that are complete together', () => {
    expect(run(['bc', 'abc'], ['xabc'])).toEqual({ shown: ['x'], isStopped: true });
  });

  test('gives the same text however it is cut into pieces', () => {
    const text = 'the cat sat on the mat 😀 then the caterpillar';
    const stops = ['caterp', 'n the cx', '😀 then the cat'];
    const whole = run(stops, [text]);
    for (const size of [1, 2, 3, 5, 7, 20]) {
      const characters = [...text];
      const pieces = Array.from({ length: Math.ceil(characters.length / size) }, (_, i) =>
        characters.slice(i * size, (i + 1) * size).join('')
      );
      const cut = run(stops, pieces);
      expect(cut.shown.join('')).toBe(whole.shown.join(''));
      expect(cut.isStopped).toBe(true);
    }
    expect(whole.shown.join('')).toBe('the cat sat on the mat ');
  });
});
