import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, BUNDLE_FORMS, type BundleForm } from '../bench.ts';
import { type NetworkProfile, readProfiles } from '../profile.ts';
import { SubjectProcess } from '../subject-process.ts';
import { ownCommand } from '../subjects.ts';

const MODULES: readonly (readonly [cases: RegExp, module: string])[] = [
  [/^(decode|prefill)-\d+$/, 'transformer-step'],
  [/^siglip$/, 'siglip'],
  [/^vq-decode$/, 'vq-decode']
];
const ROUNDS = 3;
/** Runs at the end of all that count. */
const RUNS = 3;

/** Where the time of a case goes, by operator: that of its slowest network. */
export interface CaseProfile extends NetworkProfile {
  readonly form: BundleForm;
  readonly case: string;
}

/**
 * Profiles cases of ours, each in a process of its own.
 *
 * @throws {Error} if there is no such case
 */
export async function profiles(bench: Bench, names: readonly string[]): Promise<CaseProfile[]> {
  const found: CaseProfile[] = [];
  for (const name of names)
    for (const form of moduleOf(name) === 'transformer-step' ? BUNDLE_FORMS : (['w8a8'] as const)) {
      bench.say(`profile of ${name}, ${form}`);
      const profile = await profileOne(bench, name, form);
      if (profile) found.push({ ...profile, form, case: name });
    }
  return found;
}

async function profileOne({ bundles, threads, scratch, say }: Bench, name: string, form: BundleForm) {
  const folder = mkdtempSync(join(scratch, 'profile-'));
  try {
    const options = { bundleDir: await bundles.of(form), threads, profileTo: join(folder, 'session') };
    const subject = await SubjectProcess.start(ownCommand(name, moduleOf(name), options), say);
    for (let round = 0; round < ROUNDS; round++) await subject.once(name);
    await subject.close();
    return readProfiles(folder, RUNS)[0];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether a case can be profiled. */
export function isProfiled(name: string): boolean {
  return MODULES.some(([cases]) => cases.test(name));
}

function moduleOf(name: string): string {
  const found = MODULES.find(([cases]) => cases.test(name));
  if (!found) throw new Error(`--profile ${name}: expected decode-n, prefill-n, siglip or vq-decode`);
  return found[1];
}
