import type { JanusServiceDefinition } from '@janus-mesh/contracts';
import type { Handler } from '@janus-mesh/rpc';
import { drawingAffinity } from '../compose/affinity.ts';
import { type DrawingEvent, draw } from '../compose/drawing.ts';
import { drawingStart } from '../compose/drawing-start.ts';
import { EventQueue } from '../compose/event-queue.ts';
import { RequestScope } from '../compose/request-scope.ts';
import { RequestTimes } from '../compose/request-times.ts';
import { runGenerate } from '../compose/run-generate.ts';
import type { Orchestrator } from '../orchestrator.ts';
import { buildDrawingPrompt } from '../prompt/drawing-prompt.ts';
import { genAiRequest } from '../telemetry/gen-ai.ts';
import { RequestWatch } from '../telemetry/request-watch.ts';
import { requireRevision } from '../tiers/require-revision.ts';
import { validateDrawing } from '../validation/validate-drawing.ts';

/** Events that may wait for a slow reader before newer progress and previews take the place of older ones. */
const WAITING_EVENTS = 256;

/** Draws pictures from a prompt. */
export function generateImageRoute(mesh: Orchestrator): Handler<JanusServiceDefinition, 'generateImage'> {
  return async function* generateImage(request, context) {
    const times = new RequestTimes(mesh.now);
    const { model, tiers } = mesh;
    const drawing = validateDrawing(request, mesh);
    const prompt = buildDrawingPrompt(drawing, model);
    const start = drawingStart(drawing, prompt, { mesh, caller: context.caller });
    const scope = new RequestScope(context.signal);
    const { deadline, requestId, caller } = context;
    const watch = new RequestWatch({
      request: genAiRequest('image', start, { model: model.name, pictures: 0 }),
      times,
      call: context,
      metrics: mesh.metrics
    });
    const call = { signal: scope.signal, deadline, requestId, caller, trace: watch.trace };
    try {
      await requireRevision(tiers.imageCodec, call);
      const { format, previewRows } = drawing;
      const decode = { tier: tiers.imageCodec, revision: model.revision, format, previewRows, call };
      const told = new EventQueue<DrawingEvent>(WAITING_EVENTS);
      const events = runGenerate({ tier: tiers.transformer, key: drawingAffinity(drawing), start, scope, call });
      const drawn = draw(events, told, { drawing, prompt, start, decode, model, times });
      scope.run(
        drawn.then(
          () => told.end(),
          (error: unknown) => told.fail(error)
        )
      );
      for await (const event of told) {
        watch.see(event);
        yield { event };
      }
    } catch (error) {
      throw watch.failed(error);
    } finally {
      await scope.close();
      watch.end();
    }
  };
}
