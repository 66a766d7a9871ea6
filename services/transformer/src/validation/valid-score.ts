import { ScoreOutput, type ScoreStart } from '@janus-mesh/contracts';
import type { ModelConfig } from '@janus-mesh/models';
import { type FieldViolation, invalidArgument } from '@janus-mesh/rpc';
import type { EngineRequest, RequestedOutput } from '../engine/engine-request.ts';
import type { Head } from '../engine/model-runner.ts';
import { headVocabulary } from './head-vocabulary.ts';
import { validGuidance } from './valid-guidance.ts';
import { validHead } from './valid-head.ts';
import { checkIds } from './valid-ids.ts';
import { validPrompt } from './valid-prompt.ts';

/**
 * Reads what to score: a generation whose tokens are all given.
 *
 * @param caller who calls
 * @throws {MeshError} INVALID_ARGUMENT with everything that is wrong
 */
export function validScore(start: ScoreStart, config: ModelConfig, caller: string): EngineRequest {
  const violations: FieldViolation[] = [];
  const head = validHead(start.head, 'start.head', violations);
  const check = { config, newTokens: start.continuation.length, violations };
  const request: EngineRequest = {
    head,
    prompt: validPrompt(start.prompt, { ...check, field: 'start.prompt' }),
    ...validGuidance(start, check),
    sampling: { temperature: 0, topK: 0, topP: 1 },
    seed: 0n,
    samples: 1,
    maxNewTokens: start.continuation.length,
    stopIds: new Set(),
    forcedIds: start.continuation,
    caller,
    output: validOutput(start, head, violations)
  };
  checkIds(start.continuation, headVocabulary(head, config), 'start.continuation', violations);
  if (violations.length > 0) throw invalidArgument(violations);
  return request;
}

function validOutput(start: ScoreStart, head: Head, violations: FieldViolation[]): RequestedOutput {
  const output = start.output || ScoreOutput.SCORE_OUTPUT_LOGPROBS;
  const isLogits = output === ScoreOutput.SCORE_OUTPUT_LOGITS;
  const wantsPrompt = start.promptLogits ?? false;
  if (!isLogits && output !== ScoreOutput.SCORE_OUTPUT_LOGPROBS)
    violations.push({
      field: 'start.output',
      description: `${output} is no output; it must be SCORE_OUTPUT_LOGPROBS or SCORE_OUTPUT_LOGITS`
    });
  if (wantsPrompt && !(isLogits && head === 'text'))
    violations.push({ field: 'start.prompt_logits', description: 'only goes with SCORE_OUTPUT_LOGITS and HEAD_TEXT' });
  if (start.continuation.length === 0 && !wantsPrompt)
    violations.push({ field: 'start.continuation', description: 'must have at least one token, unless prompt_logits is set' });
  return isLogits ? { kind: 'logits', prompt: wantsPrompt } : { kind: 'logprobs' };
}
