import { startTestMesh } from '../support/mesh.ts';
import { openGoldens } from './cases.ts';
import { failedRow, type Row } from './row.ts';
import { codec } from './stages/codec.ts';
import { image } from './stages/image.ts';
import { pictures } from './stages/pictures.ts';
import { prompts } from './stages/prompts.ts';
import { sampler } from './stages/sampler.ts';
import { text } from './stages/text.ts';
import { vision } from './stages/vision.ts';
import { openSubject } from './subject.ts';

const STAGES = [prompts, pictures, vision, text, image, codec, sampler];

/**
 * Imports a golden folder, starts the real mesh on it (f32, diagnostics on) and compares every stage. A section the folder
 * leaves out has no rows; a stage that ends in an error is a row that missed.
 *
 * @param folder with a checkpoint and cases.json
 * @returns a row a stage
 */
export async function compare(
  folder: string,
  options: { weights?: 'safetensors' | 'torch' | undefined; threads?: number } = {}
): Promise<Row[]> {
  const { weights, threads = 2 } = options;
  const goldens = openGoldens(folder);
  await using mesh = await startTestMesh({ checkpoint: goldens.checkpoint, threads, ...(weights ? { weights } : {}) });
  const subject = await openSubject(goldens, mesh);
  const rows: Row[] = [];
  for (const stage of STAGES) rows.push(...(await stage(subject).catch((error) => [failedRow(stage.name, error)])));
  return rows.filter(({ cases }) => cases > 0);
}
