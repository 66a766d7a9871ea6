import { EngineError } from './engine-error.ts';
import { type EngineOptions, type ResolvedEngineOptions, resolveEngineOptions } from './engine-options.ts';
import type { EngineRequest } from './engine-request.ts';
import type { EngineStats } from './engine-stats.ts';
import type { EngineSnapshot } from './invariants.ts';
import type { SliceLogits } from './model-runner.ts';
import type { RequestHandle } from './request-handle.ts';
import { Requests } from './requests.ts';
import { Scheduler } from './scheduler.ts';
import { sendPromptLogits, sendToken } from './step-output.ts';
import { countTokens, type PlannedGroup, type StepPlan, sliceOf } from './step-plan.ts';
import type { StepOutcome } from './step-record.ts';
import { TokenPicker } from './token-picker.ts';

// Commits of big vocabularies take milliseconds a row; others may need the event loop.
const COMMIT_SLICE_MS = 4;

/**
 * Runs requests on a model: plan, run, commit, while there is work. It never polls, never waits for a reader, and holds nothing
 * of a request that is over.
 */
export class Engine {
  readonly #options: ResolvedEngineOptions;
  readonly #scheduler: Scheduler;
  readonly #requests: Requests;
  readonly #picker: TokenPicker;
  #work: Promise<void> | undefined; // while the loop runs
  #isClosed = false;
  #steps = 0;
  #stepTokens = 0;

  constructor(options: EngineOptions) {
    this.#options = resolveEngineOptions(options);
    const { runner, kvBudgetBytes, queueLimit, prefillTokens } = this.#options;
    const capacity = { slots: runner.slots, kvBytes: kvBudgetBytes };
    this.#scheduler = new Scheduler(runner, { capacity, queue: queueLimit, prefillTokens });
    this.#requests = new Requests(this.#options, this.#scheduler, () => this.#wake());
    this.#picker = new TokenPicker((head) => runner.vocabulary(head));
  }

  /**
   * Takes a request in. It starts with the next step if there is room, else it waits its turn.
   *
   * @throws {EngineError} QUEUE_FULL, GROUP_TOO_LARGE or SHUTTING_DOWN
   */
  submit(spec: EngineRequest): RequestHandle {
    if (this.#isClosed) throw new EngineError('SHUTTING_DOWN', 'the engine is closed');
    const requests = this.#requests;
    const request = requests.open(spec);
    return {
      admitted: request.admitted,
      events: request.output,
      provideFeatures: (hash, values, rows) => requests.provideFeatures(request, { hash, values, rows }),
      closeFeatures: () => requests.closeFeatures(request),
      cancel: (error) => requests.fail(request, error)
    };
  }

  /** Settles when there is nothing to do. */
  async idle(): Promise<void> {
    while (this.#work) await this.#work;
  }

  /** Ends every request and takes no more. Settles when the runner is not used any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const error = new EngineError('SHUTTING_DOWN', 'the engine was closed');
    for (const request of [...this.#requests.live]) this.#requests.fail(request, error);
    await this.idle();
  }

  stats(): EngineStats {
    const { running, used, waiting } = this.#scheduler;
    const rows = (head: string) => running.reduce((sum, group) => sum + (group.request.spec.head === head ? group.rows.length : 0), 0);
    return {
      queued: waiting.length,
      running: this.#requests.live.size - waiting.length,
      textRows: rows('text'),
      codeRows: rows('codes'),
      groups: running.length,
      kvBytesUsed: used.kvBytes,
      kvBytesBudget: this.#options.kvBudgetBytes,
      steps: this.#steps,
      stepTokens: this.#stepTokens
    };
  }

  /** The engine's state as plain data, for checkInvariants. */
  snapshot(): EngineSnapshot {
    const { running, used, waiting } = this.#scheduler;
    const { runner, kvBudgetBytes, queueLimit } = this.#options;
    return {
      limits: { slots: runner.slots, kvBytes: kvBudgetBytes, queue: queueLimit },
      used: { ...used },
      queued: waiting.length,
      groups: running.map((group) => ({
        group,
        newTokens: group.newTokens,
        rows: group.rows.map(({ phase, kv, past, promptTokens, positions }) => ({ phase, kv, past, promptTokens, positions }))
      }))
    };
  }

  #wake(): void {
    this.#work ??= this.#run();
  }

  async #run(): Promise<void> {
    await Promise.resolve(); // whoever woke the loop finishes first
    for (;;) {
      const aligned = await this.#alignNext();
      const plan = this.#scheduler.plan();
      if (plan.groups.length > 0) await this.#step(plan);
      else if (!aligned) break;
    }
    this.#work = undefined;
  }

  // One picture between two steps: running streams keep their pace. Returns whether there was one.
  async #alignNext(): Promise<boolean> {
    const picture = this.#requests.takePicture();
    if (!picture) return false;
    const { request, raw } = picture;
    await this.#requests.hold(async () => {
      try {
        request.features.keep(raw.hash, await this.#options.runner.align(raw.values, raw.rows));
      } catch (cause) {
        this.#requests.fail(request, stepFailed('the aligner', cause));
      }
    });
    return true;
  }

  async #step(plan: StepPlan): Promise<void> {
    const { clock, onStep } = this.#options;
    const startedMs = clock.now();
    const outcome = await this.#requests.hold(() => this.#runAndCommit(plan));
    const index = this.#steps++;
    this.#stepTokens += plan.groups.reduce((sum, planned) => sum + countTokens(planned), 0);
    onStep({ index, plan, outcome, durationMs: clock.now() - startedMs });
  }

  async #runAndCommit(plan: StepPlan): Promise<StepOutcome> {
    try {
      const slices = plan.groups.flatMap(({ group, rows }) => rows.map((row) => sliceOf(row, group)));
      const logits = await this.#options.runner.run(slices);
      await this.#commit(plan, logits);
      return { kind: 'committed' };
    } catch (cause) {
      const error = stepFailed('a step', cause);
      for (const { group } of plan.groups) this.#requests.fail(group.request, error);
      return { kind: 'failed', error };
    }
  }

  async #commit(plan: StepPlan, logits: readonly SliceLogits[]): Promise<void> {
    const { clock } = this.#options;
    let first = 0; // the group's first slice
    let sinceMs = clock.now();
    for (const planned of plan.groups) {
      const slices = logits.slice(first, first + planned.rows.length);
      first += planned.rows.length;
      if (!planned.group.request.failure) this.#commitGroup(planned, slices);
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
    if (group.request.spec.maxNewTokens === 0) {
      this.#requests.complete(group, 'length');
      return;
    }
    const vocabulary = this.#options.runner.vocabulary(group.request.spec.head);
    const cond = rowsOf(slices[0]).subarray(-vocabulary);
    const uncond = slices[1] && rowsOf(slices[1]).subarray(-vocabulary);
    const token = this.#picker.pick(group, cond, uncond);
    if (!token) {
      this.#requests.fail(group.request, new EngineError('LOGITS_NOT_FINITE', 'the network gave logits without a finite maximum'));
      return;
    }
    sendToken(group, token, cond, uncond);
    const reason = group.append(token.id);
    if (reason) this.#requests.complete(group, reason);
  }
}

function rowsOf(slice: SliceLogits | undefined): Float32Array {
  if (!slice?.rows) throw new Error('the runner gave no logits where some were wanted');
  return slice.rows;
}

function stepFailed(what: string, cause: unknown): EngineError {
  return new EngineError('STEP_FAILED', `${what} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}
