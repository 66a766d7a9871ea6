import { preparePicture } from '@janus-mesh/image';
import { ModelError, UNQUANTIZED } from '@janus-mesh/models';
import { CacheRanges } from '../calibration/cache-ranges.ts';
import { type CalibrationContext, calibrationContext, denseLayer } from '../calibration/calibration-context.ts';
import type { CalibrationRow } from '../calibration/calibration-prompts.ts';
import { LinearChecks } from '../calibration/linear-checks.ts';
import { measureText } from '../calibration/measure-text.ts';
import { measureAligner, measureVision } from '../calibration/measure-vision.ts';
import { CanonicalReader } from '../canonical-reader.ts';
import { openCheckpoint } from '../checkpoint/open-checkpoint.ts';
import { importRuntime } from '../import-runtime.ts';
import { sharedFloats } from '../shared-floats.ts';
import { checkpointRevision } from './checkpoint-revision.ts';
import { decodeExactly } from './decode-exactly.ts';
import { joined } from './joined.ts';
import { type Continuations, GUIDANCE, type Recording } from './recording.ts';
import { SummingReader } from './summing-reader.ts';
import type { VerificationPlan } from './verification-plan.ts';

/** Rows of a head that are in memory at a time. */
const HEAD_ROWS = 4096;

/** What a checkpoint is asked. */
export interface ReferenceRequest {
  readonly plan: VerificationPlan;
  readonly along: Continuations;
  readonly signal?: AbortSignal | undefined;
}

/** What a checkpoint gave. */
export interface CheckpointRecording extends Recording {
  /** What the checkpoint is, by its numbers: a bundle of it has the same. */
  readonly revision: string;
}

/**
 * What a checkpoint's f32 model gives for a plan, run layer by layer: memory holds one layer and the plan's activations, so a model far
 * larger than the memory can be asked.
 *
 * @throws {ModelError} of every kind a checkpoint can be refused with
 */
export async function layerwiseReference(folder: string, { plan, along, signal }: ReferenceRequest): Promise<CheckpointRecording> {
  const checkpoint = await openCheckpoint(folder);
  const reader = new SummingReader(new CanonicalReader(checkpoint.located.tensors, () => signal?.throwIfAborted()));
  const { model } = checkpoint.config;
  const runtime = importRuntime();
  const context = await calibrationContext({ config: model, reader, runtime, signal });
  try {
    const nothing = new LinearChecks(context.linear, UNQUANTIZED);
    const features: Float32Array[] = [];
    const aligned: Float32Array[] = [];
    for (const picture of plan.pictures) {
      const { pixels } = await preparePicture(picture, model.preprocess, { signal });
      const seen = await measureVision(context, [pixels], nothing);
      features.push(seen);
      aligned.push(await measureAligner(context, seen, nothing));
    }
    const isWhole = (list: readonly number[]) => list.length === model.codec.grid ** 2;
    const pixels = await decodeExactly(context, along.codes.filter(isWhole));
    const guided = await drawingLogits(context, plan, along.codes);
    const text = await textLogits(context, plan, along.answers, aligned);
    return { features, aligned, pixels, guided, ...text, revision: await checkpointRevision(checkpoint, reader) };
  } finally {
    context.linear.release();
    context.gelu.release();
    await reader.close();
    await checkpoint.close();
  }
}

async function drawingLogits(
  context: CalibrationContext,
  { drawings }: VerificationPlan,
  codes: Continuations['codes']
): Promise<Float32Array[]> {
  const pairs = drawings.flatMap(({ prompt, negative }, i) =>
    [prompt, negative].map((list): Sequence => {
      const along = (codes[i] ?? []).map((code): CalibrationRow => ({ kind: 'code', code }));
      return { rows: [...ids(list), ...along], first: list.length - 1, count: along.length };
    })
  );
  const states = await hiddenStates(context, pairs, new Float32Array());
  const guided: Float32Array[] = [];
  for (let i = 0; i < states.length; i += 2) {
    const exact = await codeLogits(context, states[i] as Float32Array);
    const free = await codeLogits(context, states[i + 1] as Float32Array);
    guided.push(free.map((value, at) => value + GUIDANCE * ((exact[at] as number) - value)));
  }
  return guided;
}

async function textLogits(
  context: CalibrationContext,
  plan: VerificationPlan,
  answers: Continuations['answers'],
  aligned: readonly Float32Array[]
): Promise<Pick<Recording, 'answers' | 'text'>> {
  const { rows: pictureRows } = context.config.vision;
  const asked = plan.questions.map((segments, i): Sequence => {
    const question = segments.flatMap((segment) =>
      segment.kind === 'ids'
        ? ids(segment.ids)
        : Array.from({ length: pictureRows }, (_, row): CalibrationRow => ({ kind: 'feature', row: segment.index * pictureRows + row }))
    );
    const answer = answers[i] ?? [];
    return { rows: [...question, ...ids(answer)], first: question.length - 1, count: answer.length };
  });
  const text = { rows: ids(plan.text), first: 0, count: plan.text.length - 1 };
  const logits: Float32Array[] = [];
  for (const states of await hiddenStates(context, [...asked, text], joined(aligned)))
    logits.push(await headLogits(context, states, 'lm_head.weight'));
  return { answers: logits.slice(0, -1), text: logits.at(-1) as Float32Array };
}

/** A sequence, and which of its rows' hidden states are wanted. */
interface Sequence {
  readonly rows: readonly CalibrationRow[];
  readonly first: number;
  readonly count: number;
}

// The sequences are prompts of one batch, filled up at their ends, which those before do not see. → f32 [count, hidden] each
async function hiddenStates(context: CalibrationContext, sequences: readonly Sequence[], aligned: Float32Array): Promise<Float32Array[]> {
  const { contextTokens, hiddenSize } = context.config.text;
  const length = Math.max(...sequences.map(({ rows }) => rows.length));
  if (length > contextTokens)
    throw new ModelError('unsupported_model', `${length} tokens are to be compared, the model's context has ${contextTokens}`);
  const rows = sequences.flatMap((each) => Array.from({ length }, (_, i) => (each.rows[i] ?? each.rows[0]) as CalibrationRow));
  const nothing = { checks: new LinearChecks(context.linear, UNQUANTIZED), ranges: new CacheRanges() };
  const states = await measureText(context, { rows, length }, aligned, nothing);
  return sequences.map(({ first, count }, i) => {
    const from = (i * length + first) * hiddenSize;
    return states.subarray(from, from + count * hiddenSize);
  });
}

function ids(list: readonly number[]): CalibrationRow[] {
  return list.map((id) => ({ kind: 'id', id }));
}

async function codeLogits(context: CalibrationContext, states: Float32Array): Promise<Float32Array> {
  const { gelu } = await denseLayer(context, states, 'generation_head.proj_out');
  const logits = await headLogits(context, gelu, 'generation_head.vision_head.weight');
  const bias = await context.reader.rows('generation_head.vision_head.bias');
  return logits.map((value, i) => value + (bias[i % bias.length] as number));
}

// states f32 [t, k] → [t, n], some of the head's rows at a time
async function headLogits({ reader, linear }: CalibrationContext, states: Float32Array, weight: string): Promise<Float32Array> {
  const [n, k] = [reader.rowCount(weight), reader.rowLength(weight)];
  const t = states.length / k;
  const logits = new Float32Array(t * n);
  const memory = sharedFloats(HEAD_ROWS * k);
  for (let first = 0; first < n; first += HEAD_ROWS) {
    const count = Math.min(HEAD_ROWS, n - first);
    const data = await reader.rows(weight, memory.subarray(0, count * k), first);
    const { y } = await linear.run({ x: { dims: [t, k], data: states }, weight: { dims: [count, k], data } }, { y: [t, count] });
    for (let row = 0; row < t; row++) logits.set(y.subarray(row * count, (row + 1) * count), row * n + first);
  }
  return logits;
}
