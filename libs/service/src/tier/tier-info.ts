import { type TierInfo, VERSION } from '@janus-mesh/contracts';
import { type Numerics, numericsFingerprint } from './numerics-fingerprint.ts';

/** Where a tier's description comes from: the bundle's manifest, the runtime and the settings have these fields. */
export interface TierSources {
  readonly manifest: {
    readonly revision: string;
    readonly name: string;
    readonly quantization: { readonly scheme: string };
    readonly weights: { readonly sha256: string };
  };
  readonly runtime: { readonly version: string; readonly provider: string; readonly threads: number };
  readonly config: { readonly diagnostics: boolean };
  /** Instruction set class of the processor. */
  readonly isa: string;
  /** What only the transformer has. */
  readonly numerics?: Pick<Numerics, 'kvCache' | 'prefillChunk'>;
}

/** What a tier says of itself. */
export function tierInfo({ manifest, runtime, config, isa, numerics }: TierSources): TierInfo {
  const { version: onnxruntime, provider, threads } = runtime;
  return {
    revision: manifest.revision,
    modelName: manifest.name,
    fingerprint: numericsFingerprint({ onnxruntime, provider, isa, quantization: quantizationOf(manifest), ...numerics }),
    version: VERSION,
    diagnostics: config.diagnostics,
    threads
  };
}

// One checkpoint quantised twice may keep different linears: only equal weights promise equal bits.
function quantizationOf({ quantization: { scheme }, weights }: TierSources['manifest']): string {
  return scheme === 'f32' ? scheme : `${scheme}-${weights.sha256.slice(0, 8)}`;
}
