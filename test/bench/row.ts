/** What a subject is opened with. */
export interface SubjectOptions {
  /** Folder of the bundle it runs. */
  readonly bundleDir: string;
  readonly threads: number;
  /** Form of the KV cache. @default 'auto': the manifest's */
  readonly kv?: 'auto' | 'f32' | 'int8';
  /** Path that begins the names of the files ONNX Runtime's sessions write their profiles to. @default none is written */
  readonly profileTo?: string;
}

/**
 * Something that can be timed case by case. The bench decides what runs when, so that rounds of several subjects interleave: a subject
 * does nothing, and spins on no core, between two calls.
 */
export interface Subject {
  /** What it can run, by name: `decode-2`, `prefill-256`, `siglip`, `vq-decode`. */
  readonly cases: readonly string[];
  /**
   * Runs a case once. The first call of a case may do what is done once (fill caches to their context); it is never counted.
   *
   * @returns milliseconds of what the case is about, and nothing else
   */
  once(name: string): Promise<number>;
  /** Gives all of it back. */
  close(): Promise<void>;
}

/** What a module in rows/ exports as `open`: a subject of our own. It runs in a process of its own, as a peer does. */
export type OpenSubject = (options: SubjectOptions) => Promise<Subject>;
