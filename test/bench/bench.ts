import type { ModelConfig } from '@janus-mesh/models';
import type { Results } from './results.ts';

/** What every experiment works with. */
export interface Bench {
  readonly results: Results;
  readonly threads: number;
  /** Rounds that count. */
  readonly rounds: number;
  /** Whether to be done in minutes. */
  readonly isQuick: boolean;
  /** Bundles of one model by form, made when they are first asked for. */
  readonly bundles: Bundles;
  /** Folder of what is kept between runs. */
  readonly cache: string;
  /** Folder for files of this run; emptied by whoever fills it. */
  readonly scratch: string;
  /** Tells what goes on. */
  say(message: string): void;
}

/** Forms of ours that are measured; of 4-bit weights, `w4` has blocks of 32, `w4 b128` of 128. */
export const BUNDLE_FORMS = ['w8a8', 'w4', 'w4 b128'] as const;

/** A form of ours. */
export type BundleForm = (typeof BUNDLE_FORMS)[number];

/** Bundles of one model. */
export interface Bundles {
  readonly config: ModelConfig;
  /** Folder of the bundle in a form. */
  of(form: BundleForm): Promise<string>;
}

/** A part of the bench that is no contest: it measures by itself, and adds what it found to the results. */
export interface Experiment {
  /** Name for `--only`. */
  readonly id: string;
  run(bench: Bench): Promise<void>;
}
