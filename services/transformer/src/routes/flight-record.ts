import { Head, type StepRecord, type TransformerServiceDefinition } from '@janus-mesh/contracts';
import { type Handler, invalidArgument } from '@janus-mesh/rpc';
import { FLIGHT_STEPS, type RecordedGroup, type RecordedStep } from '../engine/flight-recorder.ts';
import type { Transformer } from '../transformer.ts';

const STEPS_PER_MESSAGE = 256;

/** GetFlightRecord: the last steps. The engine goes on meanwhile. */
export function flightRecordRoute({ recorder }: Transformer): Handler<TransformerServiceDefinition, 'getFlightRecord'> {
  return async function* ({ steps = FLIGHT_STEPS }) {
    if (steps < 1 || steps > FLIGHT_STEPS)
      throw invalidArgument([{ field: 'steps', description: `${steps}, it must be from 1 to ${FLIGHT_STEPS}` }]);
    let batch: StepRecord[] = [];
    for (const step of recorder.last(steps)) {
      batch.push(stepOf(step));
      if (batch.length < STEPS_PER_MESSAGE) continue;
      yield { steps: batch };
      batch = [];
    }
    if (batch.length > 0) yield { steps: batch };
  };
}

function stepOf({ step, kvBytesUsed, groups, ...rest }: RecordedStep): StepRecord {
  return { ...rest, step: BigInt(step), kvBytesUsed: BigInt(kvBytesUsed), groups: groups.map(groupOf) };
}

function groupOf({ group, head, tokens }: RecordedGroup) {
  return { group: BigInt(group), head: head === 'text' ? Head.HEAD_TEXT : Head.HEAD_CODES, tokens: [...tokens] };
}
