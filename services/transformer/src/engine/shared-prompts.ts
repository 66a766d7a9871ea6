import type { ModelRunner } from './model-runner.ts';
import type { SequenceGroup } from './sequence-group.ts';

/** Logits after a prompt, f32 [vocabulary] each. */
export interface PromptLogits {
  readonly cond: Float32Array;
  /** Where there is guidance. */
  readonly uncond: Float32Array | undefined;
}

/**
 * Lets the samples of a request have their prompt from the one that runs it: its cache is copied, or handed over when that
 * sample is complete. The bits are those that running it again would give. Where the last sample that had the prompt is gone and
 * another caller took its memory, the next sample runs the prompt itself.
 */
export class SharedPrompts {
  readonly #runner: ModelRunner;
  #tokens = 0;

  constructor(runner: ModelRunner) {
    this.#runner = runner;
  }

  /** Prompt tokens that were not run, all rows. */
  get tokens(): number {
    return this.#tokens;
  }

  /** Keeps what the first token of a group is drawn from, where other samples will need it. The rows are copied. */
  keep({ request }: SequenceGroup, { cond, uncond }: PromptLogits): void {
    if (request.sharesPrompt) request.promptLogits ??= { cond: cond.slice(), uncond: uncond?.slice() };
  }

  /** Whether a group can have its prompt now. */
  isThereFor({ awaitsPrompt, request }: SequenceGroup): boolean {
    return awaitsPrompt && !request.failure && !request.output.isFull && request.leader?.phase === 'decoding';
  }

  /**
   * Gives a group its prompt. No step may run.
   *
   * @param from a sample whose caches hold the prompt; the group itself, if it has the caches of such a sample
   */
  give(group: SequenceGroup, from: SequenceGroup): PromptLogits {
    const { promptLogits } = group.request;
    if (!promptLogits) throw new Error('no sample has run the prompt');
    group.rows.forEach((row, i) => {
      this.#runner.copy((from.rows[i] ?? row).kv, row.kv, row.promptTokens);
      row.advance(row.promptTokens);
      this.#tokens += row.promptTokens;
    });
    return promptLogits;
  }
}
