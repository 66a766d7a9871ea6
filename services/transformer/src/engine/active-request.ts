import type { EngineError } from './engine-error.ts';
import type { EngineEvent } from './engine-event.ts';
import type { EngineRequest } from './engine-request.ts';
import type { OutputQueue } from './output-queue.ts';
import { PictureFeatures } from './picture-features.ts';
import { promptFeatures } from './prompt.ts';
import { SequenceGroup } from './sequence-group.ts';
import type { PromptLogits } from './shared-prompts.ts';

/** A request inside the engine: its groups, its pictures, its way back to the caller. */
export class ActiveRequest {
  readonly spec: EngineRequest;
  readonly groups: readonly SequenceGroup[];
  readonly features: PictureFeatures;
  readonly output: OutputQueue<EngineEvent>;
  /** Why it was given up; its groups are freed as soon as no step uses them. */
  failure: EngineError | undefined;
  /** Whether no features will come any more. */
  featuresClosed = false;
  /** Stops the timer that waits for features. */
  stopTimer: (() => void) | undefined;
  /** What the first token of each sample is drawn from, once it is known, where samples share their prompt. */
  promptLogits: PromptLogits | undefined;
  /** Requests before it, as the caller was last told. */
  position: number | undefined;
  /** Settles when its first group is admitted, or it ends without that. */
  readonly admitted: Promise<void>;
  readonly settleAdmission: () => void;

  constructor(spec: EngineRequest, output: OutputQueue<EngineEvent>) {
    let settle = () => {};
    this.admitted = new Promise((resolve) => {
      settle = resolve;
    });
    this.settleAdmission = settle;
    this.spec = spec;
    this.output = output;
    this.groups = Array.from({ length: spec.samples }, (_, sample) => new SequenceGroup(this, sample));
    this.features = new PictureFeatures(promptFeatures(this.groups[0]?.rows.map((row) => row.prompt) ?? []));
  }

  /** Whether its first group was started. */
  get isAdmitted(): boolean {
    return this.groups[0]?.phase !== 'waiting';
  }

  /** Whether its samples have their prompt from the first of them that runs it. */
  get sharesPrompt(): boolean {
    const { samples, maxNewTokens, output } = this.spec;
    return samples > 1 && maxNewTokens > 0 && !(output.kind === 'logits' && output.prompt);
  }

  /** Its first sample that runs: the others get their prompt from it. */
  get leader(): SequenceGroup | undefined {
    return this.groups.find(({ phase }) => phase === 'prefilling' || phase === 'decoding');
  }

  /** Whether every sample is complete. */
  get isComplete(): boolean {
    return this.groups.every((group) => group.phase === 'finished');
  }
}
