import { z } from 'zod';
import { setting, text } from '../setting.ts';

/** Settings of the tiers that run networks: on what, and with which library. */
export const runtimeSettings = z.object({
  provider: text('the name of an execution provider', { default: 'cpu' }).describe(
    'execution provider of ONNX Runtime that networks run on: cpu, or cuda and others where the library has them'
  ),
  providerOptions: setting('pairs like device_id=0,arena_extend_strategy=kSameAsRequested', {}, parsePairs).describe(
    "the provider's own options, as ONNX Runtime documents them"
  ),
  runtimeLibrary: text('the path of a library', { default: '' }).describe(
    'the library of ONNX Runtime to load; the default is the one of the package onnxruntime-node'
  ),
  processors: setting('processors like 0-3,8', [], parseProcessors).describe(
    'logical processors that threads are pinned to, one each; the default pins none'
  )
});

type RuntimeSettings = z.infer<typeof runtimeSettings>;

/** The settings as the runtime library takes them. */
export function runtimeOptions({ provider, providerOptions, runtimeLibrary, processors }: Readonly<RuntimeSettings>) {
  return { provider, providerOptions, processors, libraryPath: runtimeLibrary === '' ? undefined : runtimeLibrary };
}

function parsePairs(value: string): Record<string, string> | undefined {
  const pairs = value.split(',').map((pair) => /^([^=]+)=(.*)$/.exec(pair.trim()));
  return pairs.every((pair) => pair !== null) ? Object.fromEntries(pairs.map(([, key, option]) => [key, option])) : undefined;
}

function parseProcessors(value: string): number[] | undefined {
  const ranges = value.split(',').map((range) => /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(range.trim()));
  if (!ranges.every((range) => range !== null)) return undefined;
  const listed = ranges.flatMap(([, first, last = first]) => {
    const count = Number(last) - Number(first) + 1;
    return Array.from({ length: Math.max(0, count) }, (_, i) => Number(first) + i);
  });
  return listed.length > 0 && new Set(listed).size === listed.length ? listed : undefined;
}
