import type { Detokenizer } from '@janus-mesh/tokenizer';
import { StopTexts } from './stop-texts.ts';

/** What new tokens add to an answer. */
export interface AnswerStep {
  /** Text to show; perhaps none yet. */
  readonly text: string;
  /** Tokens that were taken: all, or those up to the one that completed a stop text. */
  readonly tokenIds: number[];
  /** Whether a stop text came up. The answer ends here. */
  readonly isStopped: boolean;
}

/** The text of a growing answer: ids in, whole characters out, ended by stop texts. */
export class AnswerText {
  readonly #detokenizer: Detokenizer;
  readonly #stops: StopTexts;

  constructor(detokenizer: Detokenizer, stop: readonly string[]) {
    this.#detokenizer = detokenizer;
    this.#stops = new StopTexts(stop);
  }

  /** Takes new tokens. */
  push(ids: readonly number[]): AnswerStep {
    let text = '';
    for (const [index, id] of ids.entries()) {
      const step = this.#stops.push(this.#detokenizer.push(id));
      text += step.text;
      if (step.isStopped) return { text, tokenIds: ids.slice(0, index + 1), isStopped: true };
    }
    return { text, tokenIds: [...ids], isStopped: false };
  }

  /** What was held back, once no more tokens come: a character that stayed incomplete, the beginning of a stop text. */
  finish(): AnswerStep {
    const step = this.#stops.push(this.#detokenizer.flush());
    const held = step.isStopped ? '' : this.#stops.flush();
    return { text: step.text + held, tokenIds: [], isStopped: step.isStopped };
  }
}
