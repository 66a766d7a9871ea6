import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** What is known of a processor. */
export interface Processor {
  readonly architecture: string;
  /** Name of its model, for systems that list no features. */
  readonly model: string;
  /** The features Linux lists in /proc/cpuinfo; undefined on other systems. */
  readonly features: ReadonlySet<string> | undefined;
  /** Size of the second-level cache as Linux writes it, for example "1024K". */
  readonly levelTwoCache: string | undefined;
}

/**
 * The class of this processor as far as it decides the last bits of a result, for example `x64-avx512-vnni-l2-1024k`: which kernels ONNX
 * Runtime takes, and the size of the second-level cache, by which attention cuts its blocks. Where a system does not say, the name of the
 * model stands in: then only equal models are equal.
 */
export function isaClass(): string {
  return classOf({
    architecture: process.arch,
    model: cpus()[0]?.model ?? 'unknown',
    features: listedFeatures(),
    levelTwoCache: readOrUndefined('/sys/devices/system/cpu/cpu0/cache/index2/size')?.trim()
  });
}

/** As `isaClass`, of a given processor. */
export function classOf({ architecture, model, features, levelTwoCache }: Processor): string {
  const level = features && (architecture === 'x64' ? x64Level(features) : architecture === 'arm64' ? arm64Level(features) : undefined);
  const parts = [architecture, level ?? model.replace(/\(.*?\)/g, ''), ...(levelTwoCache ? ['l2', levelTwoCache] : [])];
  return parts
    .join('-')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
}

// From the widest to the narrowest kernels of ONNX Runtime's MLAS: what it asks for before it takes them.
const X64_LEVELS = [
  ['avx512-amx', 'avx512f', 'avx512_vnni', 'amx_int8'],
  ['avx512-vnni', 'avx512f', 'avx512bw', 'avx512dq', 'avx512vl', 'avx512_vnni'],
  ['avx512', 'avx512f', 'avx512bw', 'avx512dq', 'avx512vl'],
  ['avx2-vnni', 'avx2', 'fma', 'avx_vnni'],
  ['avx2', 'avx2', 'fma'],
  ['avx', 'avx']
] as const;

function x64Level(features: ReadonlySet<string>): string {
  return X64_LEVELS.find(([, ...needed]) => needed.every((feature) => features.has(feature)))?.[0] ?? 'sse2';
}

const ARM64_FEATURES = { sme: 'sme', sve: 'sve', i8mm: 'i8mm', asimddp: 'dotprod' } as const;

function arm64Level(features: ReadonlySet<string>): string {
  const present = Object.entries(ARM64_FEATURES).filter(([feature]) => features.has(feature));
  return present.length ? present.map(([, name]) => name).join('-') : 'neon';
}

function listedFeatures(): ReadonlySet<string> | undefined {
  const line = readOrUndefined('/proc/cpuinfo')?.match(/^(?:flags|Features)\s*:\s*(.*)$/m)?.[1];
  return line === undefined ? undefined : new Set(line.split(/\s+/));
}

function readOrUndefined(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
