import { guide } from './guidance.ts';
import type { Head } from './model-runner.ts';
import { Sampler } from './sampler.ts';
import type { SequenceGroup } from './sequence-group.ts';

/** A token, and what it was taken from. */
export interface PickedToken {
  readonly id: number;
  /** f32 [vocabulary]: the row it was drawn from, guided where there is guidance; valid until the next pick or step. */
  readonly logits: Float32Array;
}

/** Takes the next token of a group: guidance, then a forced id or the sampler. Scratch memory is allocated once. */
export class TokenPicker {
  readonly #sampler: Sampler;
  readonly #guided: Readonly<Record<Head, Float32Array>>;

  /** @param vocabulary columns of a row of logits, by head */
  constructor(vocabulary: (head: Head) => number) {
    this.#sampler = new Sampler(Math.max(vocabulary('text'), vocabulary('codes')));
    this.#guided = { text: new Float32Array(vocabulary('text')), codes: new Float32Array(vocabulary('codes')) };
  }

  /**
   * @param cond f32 [vocabulary]
   * @param uncond f32 [vocabulary], where the group is a pair
   * @returns undefined if the logits are no numbers to draw from
   */
  pick(group: SequenceGroup, cond: Float32Array, uncond: Float32Array | undefined): PickedToken | undefined {
    const { spec } = group.request;
    const logits = uncond ? this.#guided[spec.head] : cond;
    if (uncond) guide(cond, uncond, spec.guidanceWeight, logits);
    const position = group.newTokens;
    const id = spec.forcedIds[position] ?? this.#sampler.draw(logits, spec.sampling, group.uniform.at(position));
    return id < 0 ? undefined : { id, logits };
  }
}
