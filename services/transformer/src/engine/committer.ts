import { EngineError } from './engine-error.ts';
import type { ResolvedEngineOptions } from './engine-options.ts';
import type { SliceLogits } from './model-runner.ts';
import type { Requests } from './requests.ts';
import type { SequenceGroup } from './sequence-group.ts';
import { type PromptLogits, SharedPrompts } from './shared-prompts.ts';
import { stepFailed } from './step-failed.ts';
import { sendPromptLogits, sendToken } from './step-output.ts';
import type { PlannedGroup, StepPlan } from './step-plan.ts';
import type { FinishReason } from './stop.ts';
import { TokenPicker } from './token-picker.ts';

// Commits of big vocabularies take milliseconds a row; others may need the event loop.
const COMMIT_SLICE_MS = 4;

/** Makes of a step's logits what they mean: tokens, ends of samples, and prompts for the samples that wait for one. */
export class Committer {
  readonly #options: ResolvedEngineOptions;
  readonly #requests: Requests;
  readonly #picker: TokenPicker;
  readonly #prompts: SharedPrompts;

  constructor(options: ResolvedEngineOptions, requests: Requests) {
    this.#options = options;
    this.#requests = requests;
    this.#picker = new TokenPicker((head) => options.runner.vocabulary(head));
    this.#prompts = new SharedPrompts(options.runner);
  }

  /** Prompt tokens that were not run, since another sample had run them. */
  get sharedPromptTokens(): number {
    return this.#prompts.tokens;
  }

  /** @param logits what the runner gave, slice by slice */
  commit(plan: StepPlan, logits: readonly SliceLogits[]): Promise<void> {
    let first = 0; // the group's first slice
    return this.#each(plan.groups, (planned) => {
      const slices = logits.slice(first, first + planned.rows.length);
      first += planned.rows.length;
      if (!planned.group.request.failure) this.#commitGroup(planned, slices);
    });
  }

  /** Gives the samples that wait for their prompt what there is, and their first token. No step may run. */
  sharePrompts(running: readonly SequenceGroup[]): Promise<void> {
    return this.#each(running, (group) => this.#sharePrompt(group));
  }

  async #each<T>(things: readonly T[], work: (thing: T) => void): Promise<void> {
    const { clock } = this.#options;
    let sinceMs = clock.now();
    for (const thing of things) {
      work(thing);
      if (clock.now() - sinceMs < COMMIT_SLICE_MS) continue;
      await clock.breathe();
      sinceMs = clock.now();
    }
  }

  #commitGroup({ group, rows, draws }: PlannedGroup, slices: readonly SliceLogits[]): void {
    rows.forEach(({ row, tokens, logits }, i) => {
      if (logits === 'all') sendPromptLogits(group, row.past, rowsOf(slices[i]));
      row.advance(tokens);
    });
    if (!draws) return;
    const { head, maxNewTokens } = group.request.spec;
    if (maxNewTokens === 0) {
      this.#finish(group, 'length');
      return;
    }
    const vocabulary = this.#options.runner.vocabulary(head);
    const logits = { cond: rowsOf(slices[0]).subarray(-vocabulary), uncond: slices[1] && rowsOf(slices[1]).subarray(-vocabulary) };
    if (group.newTokens === 0) this.#prompts.keep(group, logits);
    this.#draw(group, logits);
  }

  #draw(group: SequenceGroup, { cond, uncond }: PromptLogits): void {
    const token = this.#picker.pick(group, cond, uncond);
    if (!token) {
      this.#requests.fail(group.request, new EngineError('LOGITS_NOT_FINITE', 'the network gave logits without a finite maximum'));
      return;
    }
    sendToken(group, token, cond, uncond);
    const reason = group.append(token.id);
    if (reason) this.#finish(group, reason);
  }

  // Whoever waits for this sample's prompt gets it before it is gone.
  #finish(group: SequenceGroup, reason: FinishReason): void {
    for (const sample of group.request.groups) this.#sharePrompt(sample);
    if (group.request.failure) return; // freed with all its samples
    const heir = this.#requests.complete(group, reason);
    if (heir) this.#givePrompt(heir, heir);
  }

  #sharePrompt(group: SequenceGroup): void {
    const { leader } = group.request;
    if (leader && this.#prompts.isThereFor(group)) this.#givePrompt(group, leader);
  }

  #givePrompt(group: SequenceGroup, from: SequenceGroup): void {
    let logits: PromptLogits;
    try {
      logits = this.#prompts.give(group, from);
    } catch (cause) {
      this.#requests.fail(group.request, stepFailed('copying a prompt', cause));
      return;
    }
    this.#draw(group, logits);
  }
}

function rowsOf(slice: SliceLogits | undefined): Float32Array {
  if (!slice?.rows) throw new Error('the runner gave no logits where some were wanted');
  return slice.rows;
}
