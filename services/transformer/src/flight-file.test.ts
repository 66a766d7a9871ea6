import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@janus-mesh/telemetry';
import { expect, onTestFinished, test } from 'vitest';
import { FlightRecorder } from './engine/flight-recorder.ts';
import { makeBench, textRequest } from './engine/testing/test-bench.ts';
import { FlightFile } from './flight-file.ts';

async function flight(subfolder = 'flights') {
  const root = mkdtempSync(join(tmpdir(), 'janus-mesh-flight-test-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const recorder = new FlightRecorder();
  await makeBench({ onStep: (step) => recorder.record(step) }).submit(textRequest(3, { maxNewTokens: 300 }));
  const log: Record<string, unknown>[] = [];
  const logger = createLogger({ service: 'transformer', destination: { write: (line) => log.push(JSON.parse(line)) } });
  const folder = join(root, subfolder);
  return { root, folder, recorder, log, file: new FlightFile({ folder, recorder, logger }) };
}

test.each(['write', 'writeNow'] as const)('%s makes a file of JSON lines, and a log line names it', async (how) => {
  const { folder, recorder, log, file } = await flight();
  await file[how]();
  const [name] = readdirSync(folder) as [string];
  expect(name).toMatch(new RegExp(`^janus-mesh-flight-${process.pid}-\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\d\\.\\d{3}Z\\.jsonl$`));
  const lines = readFileSync(join(folder, name), 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([...recorder.last()]);
  expect(lines).toHaveLength(300);
  expect(log).toMatchObject([{ msg: 'flight record written', file: join(folder, name) }]);
});

test.each(['write', 'writeNow'] as const)('where %s can not write, a log line says why, and nothing is thrown', async (how) => {
  const { root, folder, log, file } = await flight('file/flights');
  writeFileSync(join(root, 'file'), '');
  await file[how]();
  expect(log).toMatchObject([{ msg: 'the flight record could not be written', file: expect.stringContaining(folder) }]);
  expect(log[0]).toMatchObject({ err: { message: expect.stringContaining('ENOTDIR') } });
});
