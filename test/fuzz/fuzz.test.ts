import { expect, test } from 'vitest';
import { CHECKPOINTS, startTestMesh } from '../support/mesh.ts';
import { fuzz } from './fuzz.ts';

test('mutated messages and pictures end with a code that says so, and the mesh is as if nothing had happened', async () => {
  await using mesh = await startTestMesh({ checkpoint: CHECKPOINTS.tinyShapes, diagnostics: false });
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.log(`fuzz: seed ${seed}`);
  const { faults } = await fuzz(mesh, { messages: 200, pictures: 200, seed });
  expect(faults, `seed ${seed}`).toEqual([]);
});
