import type { TransformerServiceDefinition } from '@janus-mesh/contracts';
import type { Handlers } from '@janus-mesh/rpc';
import { describeRoute } from './routes/describe.ts';
import { flightRecordRoute } from './routes/flight-record.ts';
import { generateRoute } from './routes/generate.ts';
import { scoreRoute } from './routes/score.ts';
import { statsRoute } from './routes/stats.ts';
import type { Transformer } from './transformer.ts';

/** All handlers of TransformerService. */
export function transformerHandlers(transformer: Transformer): Handlers<TransformerServiceDefinition> {
  return {
    generate: generateRoute(transformer),
    score: scoreRoute(transformer),
    describeTransformer: describeRoute(transformer),
    getTransformerStats: statsRoute(transformer),
    getFlightRecord: flightRecordRoute(transformer)
  };
}
