import type { OrtApi } from './api-table.ts';
import { stringAt } from './ffi.ts';
import { nameArray } from './name-array.ts';
import { RuntimeError } from './runtime-error.ts';
import { check, create } from './status.ts';

/** An execution provider: what networks run on. */
export interface Provider {
  /** Short name in lower case: `cpu`, `cuda`. */
  readonly name: string;
  /** Its own settings, as ONNX Runtime documents them for it. */
  readonly options: Readonly<Record<string, string>>;
}

const SUFFIX = 'ExecutionProvider';

/**
 * Makes sure a library has a provider.
 *
 * @param library where ONNX Runtime was loaded from, for messages
 * @throws {RuntimeError} PROVIDER naming it and those there are
 */
export function requireProvider(api: OrtApi, { name }: Provider, library: string): void {
  const available = registeredNames(api).map(shortName);
  if (!available.includes(name))
    throw new RuntimeError('PROVIDER', `${library} has no execution provider "${name}"; it has ${available.join(', ')}`);
}

/**
 * Makes sure sessions can run on a provider; there must be an environment.
 *
 * @throws {RuntimeError} PROVIDER if what it needs is not there or it does not take an option, with ONNX Runtime's words; ARGUMENT for
 *   options of a provider that has none
 */
export function tryProvider(api: OrtApi, provider: Provider): void {
  const options = create(api, api.createSessionOptions);
  try {
    appendProvider(api, options, provider);
  } catch (error) {
    if (!(error instanceof RuntimeError) || error.code === 'ARGUMENT') throw error;
    throw new RuntimeError('PROVIDER', `the execution provider "${provider.name}" can't be used: ${error.message}`, { cause: error });
  } finally {
    api.releaseSessionOptions(options);
  }
}

/** Makes a session run on the provider what it has kernels for, and the rest on the CPU. @param options OrtSessionOptions */
export function appendProvider(api: OrtApi, options: bigint, { name, options: own }: Provider): void {
  const keys = nameArray(Object.keys(own));
  const values = nameArray(Object.values(own));
  const pairs = [keys.pointers, values.pointers, keys.pointers.length] as const;
  const dedicated = dedicatedFunctions(api, name);
  if (name === 'cpu') {
    if (pairs[2] > 0) throw new RuntimeError('ARGUMENT', `the execution provider "cpu" has no options, got ${Object.keys(own).join(', ')}`);
  } else if (dedicated) {
    const providerOptions = create(api, dedicated.create);
    try {
      check(api, dedicated.update(providerOptions, ...pairs));
      check(api, dedicated.append(options, providerOptions));
    } finally {
      dedicated.release(providerOptions);
    }
  } else check(api, api.appendProvider(options, registeredNames(api).find((each) => shortName(each) === name) ?? name, ...pairs));
}

// The general function does not know these two.
function dedicatedFunctions(api: OrtApi, name: string) {
  if (name === 'cuda')
    return { create: api.createCudaOptions, update: api.updateCudaOptions, append: api.appendCuda, release: api.releaseCudaOptions };
  if (name === 'tensorrt')
    return {
      create: api.createTensorRtOptions,
      update: api.updateTensorRtOptions,
      append: api.appendTensorRt,
      release: api.releaseTensorRtOptions
    };
  return undefined;
}

function registeredNames(api: OrtApi): string[] {
  const count = new Int32Array(1);
  const list: [bigint | null] = [null];
  check(api, api.getAvailableProviders(list, count));
  const address = list[0] as unknown as bigint;
  const names = Array.from({ length: count[0] as number }, (_, i) => stringAt(address, i * 8));
  check(api, api.releaseAvailableProviders(address, count[0] as number));
  return names;
}

function shortName(registered: string): string {
  return registered.replace(SUFFIX, '').toLowerCase();
}
