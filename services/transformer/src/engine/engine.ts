import { Committer } from './committer.ts';
import { EngineError } from './engine-error.ts';
import { type EngineOptions, type ResolvedEngineOptions, resolveEngineOptions } from './engine-options.ts';
import type { EngineRequest } from './engine-request.ts';
import type { EngineStats } from './engine-stats.ts';
import type { EngineSnapshot } from './invariants.ts';
import { Pace } from './pace.ts';
import type { RequestHandle } from './request-handle.ts';
import { Requests } from './requests.ts';
import { Scheduler } from './scheduler.ts';
import { StepDelay } from './step-delay.ts';
import { stepFailed } from './step-failed.ts';
import { countTokens, type StepPlan, sliceOf } from './step-plan.ts';
import type { StepOutcome } from './step-record.ts';

/**
 * Runs requests on a model: plan, run, commit, while there is work. It never polls, never waits for a reader, and holds nothing
 * of a request that is over.
 */
export class Engine {
  readonly #options: ResolvedEngineOptions;
  readonly #scheduler: Scheduler;
  readonly #requests: Requests;
  readonly #committer: Committer;
  readonly #pace = new Pace();
  readonly #delay: StepDelay;
  #work: Promise<void> | undefined; // while the loop runs
  #isWoken = false; // there may be work that the loop has not looked at
  #isClosed = false;
  #running: StepPlan | undefined; // while the runner runs it
  #steps = 0;
  #stepTokens = 0;

  constructor(options: EngineOptions) {
    this.#options = resolveEngineOptions(options);
    const { runner, kvBudgetBytes, prefillTokens, prefixCacheBytes: prefixBytes } = this.#options;
    const capacity = { slots: runner.slots, kvBytes: kvBudgetBytes };
    this.#scheduler = new Scheduler(runner, { capacity, prefixBytes, prefillTokens });
    this.#requests = new Requests(this.#options, { scheduler: this.#scheduler, pace: this.#pace }, () => this.#wake());
    this.#committer = new Committer(this.#options, this.#requests);
    this.#delay = new StepDelay(this.#options.clock, this.#options.stepDelayMs);
  }

  /**
   * Takes a request in. It starts with the next step if there is room, else it waits its turn.
   *
   * @throws {EngineError} QUEUE_FULL, GROUP_TOO_LARGE, DEADLINE_TOO_SHORT, DEADLINE_EXCEEDED, DRAINING or SHUTTING_DOWN
   */
  submit(spec: EngineRequest): RequestHandle {
    if (this.#isClosed) throw new EngineError('SHUTTING_DOWN', 'the engine is closed');
    const requests = this.#requests;
    const request = requests.open(spec);
    return {
      admitted: request.admitted,
      events: request.output,
      provideFeatures: (hash, values, rows) => requests.provideFeatures(request, { hash, values, rows }),
      awaitFeatures: () => requests.awaitFeatures(request),
      closeFeatures: () => requests.closeFeatures(request),
      cancel: (error) => requests.fail(request, error)
    };
  }

  /** Settles when there is nothing to do. */
  async idle(): Promise<void> {
    while (this.#work) await this.#work;
  }

  /** Refuses requests that wait, and those that come from now on. What runs goes on. */
  refuseWaiting(): void {
    this.#requests.refuseWaiting();
  }

  /** Ends every request and takes no more. Settles when the runner is not used any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const error = new EngineError('SHUTTING_DOWN', 'the engine was closed');
    for (const request of [...this.#requests.live]) this.#requests.fail(request, error);
    await this.idle();
    this.#scheduler.memory.clear();
  }

  stats(): EngineStats {
    const { running, used, queued } = this.#scheduler;
    const { live, features, counts } = this.#requests;
    const rows = (head: string) => running.reduce((sum, group) => sum + (group.head === head ? group.rows.length : 0), 0);
    return {
      queued: queued.text + queued.codes,
      textQueued: queued.text,
      codesQueued: queued.codes,
      running: live.size - queued.text - queued.codes,
      textRows: rows('text'),
      codeRows: rows('codes'),
      groups: running.length,
      pairs: running.filter(({ rows }) => rows.length > 1).length,
      kvBytesUsed: used.kvBytes,
      kvBytesBudget: this.#options.kvBudgetBytes,
      steps: this.#steps,
      stepTokens: this.#stepTokens,
      sharedPromptTokens: this.#committer.sharedPromptTokens,
      cancels: counts.cancels,
      cancelToFreeSteps: counts.cancelToFreeSteps,
      refused: counts.refused,
      prefixes: this.#scheduler.memory.counts,
      features
    };
  }

  /** The engine's state as plain data, for checkInvariants. */
  snapshot(): EngineSnapshot {
    const { running, used, queued, waiting, couldAdmit, memory } = this.#scheduler;
    const { runner, kvBudgetBytes, prefixCacheBytes, queueLimit } = this.#options;
    return {
      limits: { slots: runner.slots, kvBytes: kvBudgetBytes, prefixBytes: prefixCacheBytes, queue: queueLimit },
      bytes: memory.bytes,
      kept: memory.kept,
      used: { ...used },
      queued: queued.text + queued.codes,
      places: waiting.map(({ position }) => position),
      couldAdmit,
      groups: running.map((group) => ({
        group,
        newTokens: group.newTokens,
        rows: group.rows.map(({ phase, kv, past, promptTokens, positions }) => ({ phase, kv, past, promptTokens, positions }))
      }))
    };
  }

  #wake(): void {
    this.#isWoken = true;
    if (this.#running && isUnwanted(this.#running)) this.#options.runner.cancel();
    if (this.#requests.live.size === 0) this.#delay.end(); // nobody is left to slow down
    this.#work ??= this.#run();
  }

  async #run(): Promise<void> {
    await Promise.resolve(); // whoever woke the loop finishes first
    for (;;) {
      this.#isWoken = false;
      const aligned = await this.#alignNext();
      const stepped = await this.#timedStep();
      if (!stepped && !aligned && !this.#isWoken) break;
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
        const { runner } = this.#options;
        await this.#use(async () => this.#requests.keepPicture(raw.hash, await runner.align(raw.values, raw.rows)));
      } catch (cause) {
        this.#requests.fail(request, stepFailed('the aligner', cause));
      }
    });
    return true;
  }

  // The delay counts: it is part of what a step takes.
  async #timedStep(): Promise<boolean> {
    const { clock } = this.#options;
    const queued = { ...this.#scheduler.queued };
    const sinceMs = clock.now();
    const stepped = await this.#step();
    if (!stepped) return false;
    if (this.#requests.live.size > 0) await this.#delay.wait();
    this.#pace.stepped(clock.now() - sinceMs, queued);
    return true;
  }

  // Returns whether there was anything to run.
  async #step(): Promise<boolean> {
    const { clock, onStep } = this.#options;
    const sinceMs = clock.now();
    await this.#requests.hold(() => this.#committer.sharePrompts(this.#scheduler.running));
    const plan = this.#scheduler.plan();
    if (plan.groups.length === 0) return false;
    const { text, codes } = this.#scheduler.queued;
    const before = { startedMs: clock.unixMs(), queued: text + codes, kvBytesUsed: this.#scheduler.used.kvBytes };
    this.#requests.counts.stepBegan();
    const { outcome, runMs } = await this.#requests.hold(() => this.#runAndCommit(plan));
    const index = this.#steps++;
    this.#stepTokens += plan.groups.reduce((sum, planned) => sum + countTokens(planned), 0);
    onStep({ index, plan, outcome, ...before, runMs, commitMs: clock.now() - sinceMs - runMs });
    return true;
  }

  #use<T>(work: () => Promise<T>): Promise<T> {
    return this.#scheduler.memory.use(work, ({ request }, cause) => this.#requests.fail(request, stepFailed('copying a prompt', cause)));
  }

  async #runAndCommit(plan: StepPlan): Promise<{ outcome: StepOutcome; runMs: number }> {
    const { clock, runner } = this.#options;
    const sinceMs = clock.now();
    let runMs: number | undefined;
    try {
      const slices = plan.groups.flatMap(({ group, rows }) => rows.map((row) => sliceOf(row, group)));
      this.#running = plan;
      const logits = await this.#use(() => runner.run(slices));
      this.#running = undefined;
      runMs = clock.now() - sinceMs;
      await this.#committer.commit(plan, logits);
      return { outcome: { kind: 'committed' }, runMs };
    } catch (cause) {
      this.#running = undefined;
      const ranMs = runMs ?? clock.now() - sinceMs;
      if (isUnwanted(plan)) return { outcome: { kind: 'cancelled' }, runMs: ranMs };
      const error = stepFailed('a step', cause);
      for (const { group } of plan.groups) this.#requests.fail(group.request, error);
      return { outcome: { kind: 'failed', error }, runMs: ranMs };
    }
  }
}

/** Whether all requests of a step are over. */
function isUnwanted({ groups }: StepPlan): boolean {
  return groups.every(({ group }) => group.request.failure);
}
