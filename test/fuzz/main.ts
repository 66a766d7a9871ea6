import { parseArgs } from 'node:util';
import { CHECKPOINTS, startTestMesh } from '../support/mesh.ts';
import { fuzz } from './fuzz.ts';

// npx tsx test/fuzz/main.ts [--messages 2000] [--pictures 2000] [--seed n]
const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '2000' },
    pictures: { type: 'string', default: '2000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) }
  }
});
const [messages, pictures, seed] = [Number(values.messages), Number(values.pictures), Number(values.seed)];
console.log(`${messages} messages, ${pictures} pictures, --seed ${seed}`);

const mesh = await startTestMesh({ checkpoint: CHECKPOINTS.tinyShapes, diagnostics: false });
const started = performance.now();
let done = 0;
const onDone = () => {
  done += 1;
  if (done % 500 === 0) console.log(`${done} of ${messages + pictures}`);
};
const { faults, ends } = await fuzz(mesh, { messages, pictures, seed, onDone }).finally(() => mesh[Symbol.asyncDispose]());
console.log([...ends].map(([how, count]) => `${how} ${count}`).join(', '));
for (const fault of faults) console.error(fault);
console.log(`${faults.length} faults in ${((performance.now() - started) / 1000).toFixed(1)} s`);
if (faults.length > 0) process.exitCode = 1;
