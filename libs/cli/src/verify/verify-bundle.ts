import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Bundle, openBundle } from '@janus-mesh/bundle';
import {
  type Continuations,
  checkpointDifferences,
  compareRecordings,
  layerwiseReference,
  type Recording,
  type VerificationFigure,
  verificationPlan
} from '@janus-mesh/importer';
import { schemeName } from '@janus-mesh/models';
import { readEnvironment } from '../env.ts';
import { startMesh } from '../mesh/mesh.ts';
import { CommandError } from '../report.ts';
import { type MeshRecording, recordMesh } from './record-mesh.ts';

/** How a bundle is verified. */
export interface VerifyOptions {
  /** Checkpoint, or f32 bundle of it. */
  readonly against: string;
  /** Text whose perplexity is told. */
  readonly text?: string | undefined;
  /** Codes of each drawing that are compared. */
  readonly codes?: number | undefined;
  /** Picture files to encode and ask about. Default: a made one. */
  readonly pictures?: readonly Uint8Array[];
  readonly threads?: number | undefined;
  /** Folder the services' JavaScript lies in. Default: beside this file. */
  readonly dist?: string;
  /** Told what is done next. */
  readonly onStage: (stage: string) => void;
  /** Told if `text` is longer than what is compared, in tokens. */
  readonly onCutText?: (whole: number, taken: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Compares a bundle with the f32 model it was made from, one model at a time: the bundle's own mesh draws and answers first, is stopped,
 * and what it gave is compared with what the f32 bundle's mesh gives for the same pictures, codes and text, or the checkpoint, run layer
 * by layer here.
 *
 * @throws {CommandError} revision_mismatch if the f32 bundle or the checkpoint is another model's: by its sizes before anything is done, by
 *   a checkpoint's weights once they were read
 */
export async function verifyQuality(dir: string, options: VerifyOptions): Promise<VerificationFigure[]> {
  const bundle = await openBundle(dir);
  const other = existsSync(join(options.against, 'manifest.json')) ? await openBundle(options.against) : undefined;
  if (other) checkExact(bundle, other);
  else await checkSameModel(bundle, options.against);
  const plan = await verificationPlan(bundle, options);
  if (options.text !== undefined && plan.text.length < plan.textTokens) options.onCutText?.(plan.textTokens, plan.text.length);
  const own = await recordBundle(bundle, plan, options);
  const exact = await (other ? bundleReference(other, plan, own.along, options) : checkpointReference(bundle, plan, own.along, options));
  return compareRecordings(exact, own.recording, { plan, config: bundle.manifest.config, limits: bundle.manifest.limits });
}

/** Differences of a checkpoint that are named. */
const SHOWN_DIFFERENCES = 4;

type Plan = Awaited<ReturnType<typeof verificationPlan>>;

async function bundleReference(other: Bundle, plan: Plan, along: Continuations, options: VerifyOptions): Promise<Recording> {
  return (await recordBundle(other, plan, options, along)).recording;
}

async function checkpointReference(
  { manifest }: Bundle,
  plan: Plan,
  along: Continuations,
  { against, onStage, signal }: VerifyOptions
): Promise<Recording> {
  onStage('the checkpoint, layer by layer');
  const { revision, ...recording } = await layerwiseReference(against, { plan, along, signal });
  if (revision !== manifest.revision) throw otherRevision(against, revision, manifest);
  return recording;
}

/** Compares all of a checkpoint but its weights with what a bundle says of its own. */
async function checkSameModel({ manifest }: Bundle, checkpoint: string): Promise<void> {
  const differences = await checkpointDifferences(checkpoint, manifest);
  if (differences.length === 0) return;
  const more = differences.length > SHOWN_DIFFERENCES ? `, and ${differences.length - SHOWN_DIFFERENCES} more` : '';
  const shown = differences.slice(0, SHOWN_DIFFERENCES).join(', ');
  throw new CommandError('revision_mismatch', `${checkpoint} is another model than the bundle was made of: ${shown}${more}`);
}

function otherRevision(folder: string, found: string, { revision }: Bundle['manifest']): CommandError {
  return new CommandError(
    'revision_mismatch',
    `${folder} holds revision ${found.slice(0, 12)}, the bundle was made of ${revision.slice(0, 12)}`
  );
}

function checkExact({ manifest }: Bundle, { manifest: other, dir }: Bundle): void {
  if (other.revision !== manifest.revision) throw otherRevision(dir, other.revision, manifest);
  if (other.quantization.scheme !== 'f32')
    throw new CommandError(
      'not_exact',
      `${dir} is quantised itself (${schemeName(other.quantization)}); compare with an f32 bundle or the checkpoint`
    );
}

async function recordBundle(bundle: Bundle, plan: Plan, options: VerifyOptions, given?: Continuations): Promise<MeshRecording> {
  const scheme = schemeName(bundle.manifest.quantization);
  options.onStage(`starting ${scheme}`);
  const mesh = await startMesh({
    bundle: bundle.dir,
    host: '127.0.0.1',
    ports: { orchestrator: 0, 'vision-encoder': 0, transformer: 0, 'image-codec': 0 },
    env: readEnvironment().passedOn,
    ...(options.threads === undefined ? {} : { threads: options.threads }),
    ...(options.dist === undefined ? {} : { dist: options.dist }),
    diagnostics: true,
    drainSeconds: 5,
    onLine: () => undefined // why a service failed is told by the error
  });
  try {
    options.signal?.throwIfAborted();
    return await recordMesh(mesh, bundle, plan, { given, onStage: (stage) => options.onStage(`${scheme}: ${stage}`) });
  } finally {
    await mesh.stop();
  }
}
