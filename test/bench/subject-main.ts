import { createInterface } from 'node:readline';
import type { OpenSubject, SubjectOptions } from './row.ts';

// The process of one of our own subjects: `subject-main.ts <module in rows/> <options as JSON>`. It answers lines as the peers do.
const [module = '', options = '{}'] = process.argv.slice(2);
const { open } = (await import(`./rows/${module}.ts`)) as { open: OpenSubject };
const subject = await open(JSON.parse(options) as SubjectOptions);
const say = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`);

say({ ready: true, versions: { node: process.version }, cases: subject.cases });
for await (const line of createInterface({ input: process.stdin })) {
  try {
    say({ ms: await subject.once((JSON.parse(line) as { case: string }).case) });
  } catch (error) {
    say({ error: (error as Error).message });
  }
}
await subject.close();
