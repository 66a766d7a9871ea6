import { FinishReason, type Usage } from '@janus-mesh/contracts';
import { type CallContext, Code, codeName, MeshError, outcomeOf } from '@janus-mesh/rpc';
import { type Metrics, names, spanEvents, type Trace } from '@janus-mesh/telemetry';
import type { ChatEvent } from '../compose/chat-answer.ts';
import type { DrawingEvent } from '../compose/drawing.ts';
import type { RequestTimes } from '../compose/request-times.ts';
import type { AttributeValues, GenAiRequest } from './gen-ai.ts';

/** What a request is watched with. */
export interface RequestWatchOptions {
  readonly request: GenAiRequest;
  readonly times: RequestTimes;
  readonly call: Pick<CallContext, 'trace' | 'signal'>;
  readonly metrics: Metrics;
}

type RequestEvent = ChatEvent | DrawingEvent;

/** Tells traces and metrics what becomes of a chat or a drawing: a span below that of its call, and what it took. */
export class RequestWatch {
  /** The request's span: what is asked of the tiers goes below it. */
  readonly trace: Trace;
  readonly #options: RequestWatchOptions;
  #end: AttributeValues = { [names.outcome]: 'cancelled' };
  #isError = false;
  #hasPreview = false;

  constructor(options: RequestWatchOptions) {
    const { request, times, call } = options;
    const { labels, details } = request;
    this.#options = options;
    this.trace = call.trace.child(`${labels[names.operation]} ${labels[names.requestModel]}`, {
      role: 'internal',
      attributes: { ...labels, ...details }
    });
    times.whenFirst({
      admitted: () => this.trace.event(spanEvents.admitted),
      token: (seconds) => this.#firstToken(seconds)
    });
  }

  /** To be told of every event, before it is sent. */
  see(event: RequestEvent): void {
    const { metrics, times, request } = this.#options;
    switch (event.$case) {
      case 'started':
        metrics.add('janus.prompt.tokens', event.value.promptTokens, { [names.kind]: request.kind });
        break;
      case 'preview':
        this.#preview(event.value.rowsDone);
        break;
      case 'picture':
        metrics.record('janus.picture.duration', times.seconds);
        this.trace.event(spanEvents.finished, { [names.sample]: event.value.sampleIndex });
        break;
      case 'finished':
        this.#finished(event);
        break;
    }
  }

  /** Notes why the request failed. @returns the error */
  failed(error: unknown): unknown {
    const { signal } = this.#options.call;
    const cause = signal.aborted ? signal.reason : error;
    const { code, reason } = cause instanceof MeshError ? cause : { code: Code.INTERNAL, reason: 'INTERNAL' };
    const outcome = outcomeOf({ code, reason });
    this.#isError = outcome === 'failed';
    this.#end = { [names.outcome]: outcome, [names.errorType]: reason || codeName(code) };
    return error;
  }

  /** The request is over. If nothing was told of how, its caller left. */
  end(): void {
    const { metrics, times, request } = this.#options;
    const secondsPerToken = times.secondsPerToken(request.samples);
    if (secondsPerToken !== undefined) metrics.record('gen_ai.server.time_per_output_token', secondsPerToken, { ...request.labels });
    metrics.record('gen_ai.server.request.duration', times.seconds, { ...request.labels, ...this.#end });
    this.trace.end({ attributes: { ...this.#end }, isError: this.#isError });
  }

  #firstToken(seconds: number): void {
    const { metrics, request } = this.#options;
    metrics.record('gen_ai.server.time_to_first_token', seconds, { ...request.labels });
    this.trace.event(spanEvents.firstToken);
    this.trace.set({ [names.timeToFirstChunk]: seconds });
  }

  #preview(rowsDone: number): void {
    if (this.#hasPreview) return;
    this.#hasPreview = true;
    this.#options.metrics.record('janus.picture.time_to_first_preview', this.#options.times.seconds);
    this.trace.event(spanEvents.preview, { [names.rowsDone]: rowsDone });
  }

  #finished({ value }: Extract<RequestEvent, { $case: 'finished' }>): void {
    this.#end = { [names.outcome]: 'ok' };
    if (!this.trace.isRecording) return;
    this.trace.event(spanEvents.finished);
    const isCut = 'reason' in value && value.reason === FinishReason.FINISH_REASON_LENGTH;
    this.trace.set({
      ...usageOf(value.usage),
      [names.finishReasons]: [isCut ? 'length' : 'stop'],
      [names.responseModel]: this.#options.request.labels[names.requestModel]
    });
  }
}

function usageOf(usage: Usage | undefined): AttributeValues {
  return {
    [names.inputTokens]: usage?.promptTokens,
    [names.outputTokens]: usage?.completionTokens,
    [names.cachedInputTokens]: usage?.cachedPromptTokens
  };
}
