import type { GenerateStart } from '@janus-mesh/contracts';
import { names, type RequestKind } from '@janus-mesh/telemetry';

/** Values of attributes. */
export type AttributeValues = Readonly<Record<string, string | number | boolean | string[] | undefined>>;

/** A request as OpenTelemetry's GenAI conventions see it. */
export interface GenAiRequest {
  readonly kind: RequestKind;
  /** Drawn side by side. */
  readonly samples: number;
  /** Few values: for metrics. */
  readonly labels: AttributeValues;
  /** Of this request alone: for its span. */
  readonly details: AttributeValues;
}

/** What is told of a request. Of what it says, nothing is. @param pictures in its prompt */
export function genAiRequest(
  kind: RequestKind,
  start: GenerateStart,
  { model, pictures }: { model: string; pictures: number }
): GenAiRequest {
  const { sampling, samples, maxNewTokens, guidanceWeight } = start;
  const seed = Number(sampling?.seed);
  return {
    kind,
    samples,
    labels: {
      [names.operation]: kind === 'text' ? 'chat' : 'generate_content',
      [names.provider]: 'deepseek',
      [names.requestModel]: model,
      [names.kind]: kind
    },
    details: {
      [names.outputType]: kind,
      [names.stream]: true,
      [names.choiceCount]: samples,
      [names.maxTokens]: maxNewTokens,
      [names.temperature]: sampling?.temperature,
      [names.topP]: sampling?.topP,
      // An attribute holds no 64 bits: a seed that would change is left out.
      [names.seed]: Number.isSafeInteger(seed) ? seed : undefined,
      [names.revision]: start.revision,
      ...(kind === 'text' ? { [names.pictures]: pictures } : { [names.guidanceWeight]: guidanceWeight })
    }
  };
}
