import type { RequestLimits } from '../limits.ts';
import type { Violations } from './violations.ts';

/** Checks the texts of one prompt: what must not be written in them, and how long they may be together. */
export class TextCheck {
  readonly #placeholder: string;
  readonly #most: number;
  readonly #violations: Violations;
  #characters = 0;

  /** @param placeholder text of the token that stands for a picture: a caller who could write it would shift the pictures */
  constructor(placeholder: string, limits: Pick<RequestLimits, 'promptCharacters'>, violations: Violations) {
    this.#placeholder = placeholder;
    this.#most = limits.promptCharacters;
    this.#violations = violations;
  }

  /**
   * Checks one text. @param before the text it is joined to, so that a placeholder written in two halves is seen
   * @returns the end of the joined text, to be given as `before` with the next one
   */
  check(field: string, text: string, before = ''): string {
    this.#characters += text.length;
    const joined = before + text;
    if (joined.includes(this.#placeholder)) {
      this.#violations.add(field, `must not contain ${this.#placeholder}`);
      return '';
    }
    return joined.slice(-(this.#placeholder.length - 1));
  }

  /** To be called once after all texts. @param field what holds them */
  checkTotal(field: string): void {
    if (this.#characters <= this.#most) return;
    this.#violations.add(field, `texts have ${this.#characters} characters together, at most ${this.#most}`);
  }
}
