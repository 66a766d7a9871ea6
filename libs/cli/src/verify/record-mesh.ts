import type { Bundle } from '@janus-mesh/bundle';
import { ImageCodecServiceDefinition, TransformerServiceDefinition, VisionEncoderServiceDefinition } from '@janus-mesh/contracts';
import { alignedFeatures, type Continuations, GUIDANCE, type Recording, type VerificationPlan } from '@janus-mesh/importer';
import { type Client, connect } from '@janus-mesh/rpc';
import type { Mesh } from '../mesh/mesh.ts';
import { answer, decode, draw, encode, logitsAlong, textLogits } from './tier-questions.ts';

/** What a mesh gave, and what it gave it along. */
export interface MeshRecording {
  readonly recording: Recording;
  readonly along: Continuations;
}

/** How a mesh is asked. */
export interface RecordingOptions {
  /** What to follow; without it the model draws and answers itself. */
  readonly given?: Continuations | undefined;
  /** Told what is asked next. */
  readonly onStage: (stage: string) => void;
}

/** Asks the tiers of a mesh what a plan asks for. */
export async function recordMesh(
  { tiers }: Mesh,
  bundle: Bundle,
  plan: VerificationPlan,
  options: RecordingOptions
): Promise<MeshRecording> {
  const { revision } = bundle.manifest;
  const encoder = connect(VisionEncoderServiceDefinition, tiers['vision-encoder']);
  const transformer = connect(TransformerServiceDefinition, tiers.transformer);
  const codec = connect(ImageCodecServiceDefinition, tiers['image-codec']);
  try {
    options.onStage('pictures');
    const features: Float32Array[] = [];
    for (const picture of plan.pictures) features.push(await encode(encoder.client, revision, picture));
    const drawn = await recordDrawings(transformer.client, bundle, plan, options);
    const answered = await recordAnswers(transformer.client, bundle, plan, { ...options, features });
    options.onStage('decoding');
    const cells = bundle.manifest.config.codec.grid ** 2;
    const pixels: Float32Array[] = [];
    for (const codes of drawn.codes) if (codes.length === cells) pixels.push(await decode(codec.client, revision, codes));
    const aligned: Float32Array[] = [];
    for (const each of features) aligned.push(await alignedFeatures(bundle, each));
    const { guided } = drawn;
    const { answers, text } = answered;
    return { recording: { features, aligned, guided, pixels, answers, text }, along: { codes: drawn.codes, answers: answered.ids } };
  } finally {
    for (const { close } of [encoder, transformer, codec]) close();
  }
}

type TransformerClient = Client<TransformerServiceDefinition>;

async function recordDrawings(
  client: TransformerClient,
  { manifest: { revision } }: Bundle,
  plan: VerificationPlan,
  { given, onStage }: RecordingOptions
): Promise<{ codes: (readonly number[])[]; guided: Float32Array[] }> {
  const codes: (readonly number[])[] = [];
  const guided: Float32Array[] = [];
  for (const [i, { prompt, negative }] of plan.drawings.entries()) {
    onStage(`drawing ${i + 1} of ${plan.drawings.length}`);
    const pair = { revision, prompt, negative, weight: GUIDANCE };
    const along = given?.codes[i] ?? (await draw(client, pair, plan.codes));
    codes.push(along);
    guided.push(await logitsAlong(client, pair, along));
  }
  return { codes, guided };
}

async function recordAnswers(
  client: TransformerClient,
  { manifest: { revision, config } }: Bundle,
  plan: VerificationPlan,
  { given, onStage, features }: RecordingOptions & { readonly features: readonly Float32Array[] }
): Promise<{ ids: (readonly number[])[]; answers: Float32Array[]; text: Float32Array }> {
  const common = { revision, features, rows: config.vision.rows };
  const ids: (readonly number[])[] = [];
  const answers: Float32Array[] = [];
  for (const [i, segments] of plan.questions.entries()) {
    onStage(`question ${i + 1} of ${plan.questions.length}`);
    const question = { ...common, segments };
    const limits = { tokens: plan.answerTokens, stopIds: [config.tokens.eos.id] };
    const along = given?.answers[i] ?? (await answer(client, question, limits));
    ids.push(along);
    answers.push(await textLogits(client, question, along));
  }
  onStage('text');
  const opening = { ...common, segments: [{ kind: 'ids' as const, ids: plan.text.slice(0, 1) }] };
  return { ids, answers, text: await textLogits(client, opening, plan.text.slice(1)) };
}
