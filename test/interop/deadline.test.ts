import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { StepRecord } from '@janus-mesh/contracts';
import { expect, onTestFinished, test } from 'vitest';
import { CHECKPOINTS, startTestMesh, type TestMesh } from '../support/mesh.ts';
import { harmOf } from '../support/unharmed.ts';
import { generatePython, grpcPython } from './clients.ts';

const python = grpcPython();
if (!python)
  console.warn('skipped: no Python with grpcio and grpcio-tools (test/interop/requirements.txt; JANUS_MESH_TEST_PYTHON names it)');

const DEADLINE_MS = 2_000;
// grpcio rounds what it sends up to ten milliseconds.
const ROUNDING_MS = 10;
const STEP_DELAY_MS = 80; // 36 codes take longer than the deadline

const TOUCHED = [
  ['orchestrator', 'Chat', 'late-chat'],
  ['vision-encoder', 'Encode', 'late-chat'],
  ['transformer', 'Generate', 'late-chat'],
  ['orchestrator', 'GenerateImage', 'late-drawing'],
  ['transformer', 'Generate', 'late-drawing'],
  ['image-codec', 'Decode', 'late-drawing']
] as const;

test.skipIf(!python)(
  "a Python client's deadline arrives in each tier that its calls touch, and frees their memory within a step",
  async () => {
    await using mesh = await startTestMesh({
      checkpoint: CHECKPOINTS.tinyShapes,
      settings: { transformer: { JANUS_MESH_STEP_DELAY_MS: String(STEP_DELAY_MS) } }
    });
    const folder = mkdtempSync(join(tmpdir(), 'janus-mesh-deadline-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    await generatePython(python as string, folder);
    const script = join(import.meta.dirname, 'call_with_deadline.py');
    const picture = join(CHECKPOINTS.tinyShapes, 'pictures/star-above-circle.png');
    const { stdout } = await promisify(execFile)(python as string, [script, mesh.mesh.target, picture], { cwd: folder });
    expect(JSON.parse(stdout)).toEqual({ chat: 'DEADLINE_EXCEEDED', drawing: 'DEADLINE_EXCEEDED' });

    await expect.poll(() => TOUCHED.filter((call) => requestsOf(mesh, call).length === 0)).toEqual([]);
    for (const call of TOUCHED)
      for (const { deadlineMs } of requestsOf(mesh, call)) {
        expect(deadlineMs, call.join(' ')).toBeGreaterThan(0);
        expect(deadlineMs, call.join(' ')).toBeLessThanOrEqual(DEADLINE_MS + ROUNDING_MS);
      }

    await expect.poll(() => mesh.transformer.getTransformerStats({})).toMatchObject({ groups: 0, kvBytesUsed: 0n, tier: { running: 0 } });
    expect((await mesh.transformer.getTransformerStats({})).cancelToFreeSteps).toBeLessThanOrEqual(1);
    expect(await stepsAfterDeadline(mesh)).toBeLessThanOrEqual(1);
    expect(await harmOf(mesh)).toEqual([]);
  }
);

interface LoggedRequest {
  readonly time: string;
  readonly method: string;
  readonly requestId: string;
  readonly ms: number;
  readonly deadlineMs: number;
  readonly msg: string;
}

/** What was logged of some calls: those of a service, a method and a request id. */
function requestsOf({ lines }: TestMesh, [service, method, id]: readonly [string, string, string]): LoggedRequest[] {
  return lines
    .filter((line) => line.startsWith(`${service} {`))
    .map((line) => JSON.parse(line.slice(service.length + 1)) as LoggedRequest)
    .filter(({ msg, requestId, method: path = '' }) => msg === 'request' && requestId === id && path.endsWith(`/${method}`));
}

/** Steps that began after the transformer had ended the last of both calls. */
async function stepsAfterDeadline(mesh: TestMesh): Promise<number> {
  const ends = ['late-chat', 'late-drawing'].flatMap((id) =>
    requestsOf(mesh, ['transformer', 'Generate', id]).map(({ time }) => Date.parse(time))
  );
  const steps: StepRecord[] = [];
  for await (const batch of mesh.transformer.getFlightRecord({})) steps.push(...batch.steps);
  return steps.filter(({ startedMs }) => startedMs > Math.max(...ends)).length;
}
