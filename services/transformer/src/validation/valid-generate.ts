import type { GenerateStart } from '@janus-mesh/contracts';
import type { ModelConfig } from '@janus-mesh/models';
import { type FieldViolation, invalidArgument } from '@janus-mesh/rpc';
import type { EngineRequest } from '../engine/engine-request.ts';
import { headVocabulary } from './head-vocabulary.ts';
import { validGuidance } from './valid-guidance.ts';
import { validHead } from './valid-head.ts';
import { checkIds } from './valid-ids.ts';
import { validPrompt } from './valid-prompt.ts';
import { validSampling } from './valid-sampling.ts';

const MAX_SAMPLES = 16;
const MAX_CALLER_CHARACTERS = 128;
const MAX_HASH_POSITIONS = 8;
const MAX_SALT_CHARACTERS = 128;

/**
 * Reads what to generate.
 *
 * @param caller who calls, where the request does not say
 * @throws {MeshError} INVALID_ARGUMENT with everything that is wrong
 */
export function validGenerate(start: GenerateStart, config: ModelConfig, caller: string): EngineRequest {
  const violations: FieldViolation[] = [];
  const head = validHead(start.head, 'start.head', violations);
  const check = { config, newTokens: start.maxNewTokens, violations };
  const request: EngineRequest = {
    head,
    prompt: validPrompt(start.prompt, { ...check, field: 'start.prompt' }),
    ...validGuidance(start, check),
    sampling: validSampling(start.sampling, violations),
    seed: start.sampling?.seed ?? 0n,
    samples: start.samples,
    maxNewTokens: start.maxNewTokens,
    stopIds: new Set(start.stopIds),
    forcedIds: start.forcedIds,
    caller: start.caller || caller,
    cacheSalt: start.cacheSalt,
    output: { kind: 'tokens', hashes: start.logitHashes ?? false, hashPositions: start.hashPositions }
  };
  checkCounts(start, violations);
  checkHashPositions(start.hashPositions, violations);
  checkIds(start.stopIds, headVocabulary(head, config), 'start.stop_ids', violations);
  checkIds(start.forcedIds, headVocabulary(head, config), 'start.forced_ids', violations);
  if (violations.length > 0) throw invalidArgument(violations);
  return request;
}

function checkCounts({ samples, maxNewTokens, forcedIds, caller, cacheSalt = '' }: GenerateStart, violations: FieldViolation[]): void {
  const demand = (holds: boolean, field: string, description: string) => {
    if (!holds) violations.push({ field: `start.${field}`, description });
  };
  demand(samples >= 1 && samples <= MAX_SAMPLES, 'samples', `${samples}, it must be from 1 to ${MAX_SAMPLES}`);
  demand(maxNewTokens >= 1, 'max_new_tokens', `${maxNewTokens}, it must be at least 1`);
  demand(forcedIds.length <= maxNewTokens, 'forced_ids', `${forcedIds.length} ids for ${maxNewTokens} new tokens`);
  demand(caller.length <= MAX_CALLER_CHARACTERS, 'caller', `${caller.length} characters, at most ${MAX_CALLER_CHARACTERS} are allowed`);
  const saltIsShort = cacheSalt.length <= MAX_SALT_CHARACTERS;
  demand(saltIsShort, 'cache_salt', `${cacheSalt.length} characters, at most ${MAX_SALT_CHARACTERS} are allowed`);
}

// Positions that are never reached do no harm: whoever asks does not know how long the answer will be.
function checkHashPositions(positions: readonly number[], violations: FieldViolation[]): void {
  const field = 'start.hash_positions';
  if (positions.length > MAX_HASH_POSITIONS)
    violations.push({ field, description: `${positions.length} positions, at most ${MAX_HASH_POSITIONS} are allowed` });
  const wrong = positions.findIndex((position, i) => i > 0 && position <= (positions[i - 1] as number));
  if (wrong < 0) return;
  const description = `${positions[wrong]} after ${positions[wrong - 1]}, they must rise`;
  violations.push({ field: `${field}[${wrong}]`, description });
}
