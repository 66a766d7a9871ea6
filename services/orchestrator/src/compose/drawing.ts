import type { GenerateImageResponse, GenerateStart } from '@janus-mesh/contracts';
import { internal } from '@janus-mesh/rpc';
import type { Orchestrator } from '../orchestrator.ts';
import type { DrawingPrompt } from '../prompt/drawing-prompt.ts';
import type { ValidDrawing } from '../validation/valid-drawing.ts';
import type { DecodeJob } from './decode-picture.ts';
import type { EventQueue } from './event-queue.ts';
import { GrowingPicture } from './growing-picture.ts';
import { Receipts } from './receipts.ts';
import type { RequestTimes } from './request-times.ts';
import type { GenerateEvent } from './run-generate.ts';
import { sampleSeed } from './sample-seed.ts';

/** An event of a drawing, as the caller gets it. */
export type DrawingEvent = NonNullable<GenerateImageResponse['event']>;

/** What a drawing is made from. */
export interface DrawingParts {
  readonly drawing: ValidDrawing;
  readonly prompt: DrawingPrompt;
  readonly start: GenerateStart;
  readonly decode: DecodeJob;
  readonly model: Orchestrator['model'];
  readonly times: RequestTimes;
}

/** Turns the transformer's events into pictures: each sample's codes go to the codec beside the others'. Resolves when all is told. */
export async function draw(events: AsyncIterable<GenerateEvent>, told: EventQueue<DrawingEvent>, parts: DrawingParts): Promise<void> {
  const { times } = parts;
  const samples = newSamples(told, parts);
  const receipts = new Receipts(parts.start, parts.drawing.guidanceWeight);
  const completing: Promise<void>[] = [];
  let cachedPromptTokens = 0;
  for await (const event of events) {
    switch (event.$case) {
      case 'queued':
        told.push({ $case: 'queued', value: { position: event.value.position } }, 'queued');
        break;
      case 'admitted':
        times.admitted();
        receipts.generatedBy(event.fingerprint);
        cachedPromptTokens = event.value.cachedPromptTokens;
        told.push(started(parts));
        break;
      case 'tokens':
        times.token(event.value.ids.length);
        receipts.add(event.value);
        sampleAt(samples, event.value.sampleIndex).push(event.value.ids);
        break;
      case 'finished': {
        const { sampleIndex, newTokens } = event.value;
        const completed = sampleAt(samples, sampleIndex).complete(receipts.of(sampleIndex, newTokens));
        completed.catch(() => {}); // it may fail while others are still drawn: it is thrown below
        completing.push(completed);
        break;
      }
    }
  }
  const waited = times.waitForVision();
  await Promise.all(completing);
  waited();
  told.push(finished(parts, cachedPromptTokens));
}

function newSamples(events: EventQueue<DrawingEvent>, { start, decode, model }: DrawingParts): GrowingPicture[] {
  const { grid } = model.config.codec;
  const seed = start.sampling?.seed ?? 0n;
  return Array.from({ length: start.samples }, (_, index) => {
    return new GrowingPicture({ index, seed: sampleSeed(seed, index), grid, decode, events });
  });
}

function sampleAt(samples: readonly GrowingPicture[], index: number): GrowingPicture {
  const sample = samples[index];
  if (sample === undefined) throw internal(`the transformer speaks of sample ${index} of ${samples.length}`);
  return sample;
}

function started({ drawing, prompt, start, model }: DrawingParts): DrawingEvent {
  const { grid, imageSize } = model.config.codec;
  const { revision, sampling, samples } = start;
  const { guidanceWeight } = drawing;
  const size = { width: imageSize, height: imageSize, codesTotal: grid * grid };
  return { $case: 'started', value: { revision, sampling, guidanceWeight, samples, promptTokens: prompt.ids.length, ...size } };
}

function finished({ prompt, start, times }: DrawingParts, cachedPromptTokens: number): DrawingEvent {
  const completionTokens = start.samples * start.maxNewTokens;
  const usage = { promptTokens: prompt.ids.length, completionTokens, pictureTokens: 0, cachedPromptTokens };
  return { $case: 'finished', value: { usage, timings: times.toTimings() } };
}
