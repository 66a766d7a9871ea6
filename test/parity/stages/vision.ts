import { importRuntime } from '@janus-mesh/importer';
import { aligner } from '@janus-mesh/networks';
import { loadNetwork, MappedWeights, runCall } from '@janus-mesh/runtime';
import { floats } from '../../support/safetensors.ts';
import { type Row, Stage } from '../row.ts';
import type { Subject } from '../subject.ts';

/** Features by the encoder's Encode; aligned features by the aligner's graph, as they never leave the transformer. */
export async function vision({ goldens, bundle, config, features, tolerance }: Subject): Promise<Row[]> {
  const want = goldens.tensors('vision');
  const encoded = new Stage('vision features', 'VisionEncoderService.Encode', tolerance('vision_features'));
  const aligned = new Stage('aligned features', 'networks aligner', tolerance('aligned'));
  const runtime = importRuntime();
  const weights = new MappedWeights(runtime, bundle.weightsPath, bundle.tensors);
  const session = await loadNetwork(runtime, aligner(config), weights);
  const [input, output] = [aligner(config).inputs[0]?.name as string, aligner(config).outputs[0]?.name as string];
  const call = session.newCall([input], [output]);
  for (const { name, tensors } of goldens.cases.pictures) {
    const [got] = await features([name]);
    encoded.close(name, got?.values ?? [], floats(want, tensors.features));
    const rows = runtime.tensor('f32', [1, config.vision.rows, config.vision.hiddenSize], floats(want, tensors.features).slice());
    const result = runtime.tensor('f32', [1, config.vision.rows, config.text.hiddenSize]);
    call.setInput(input, rows);
    call.setOutput(output, result);
    await runCall(call);
    aligned.close(name, result.data, floats(want, tensors.aligned));
  }
  session.release();
  weights.release();
  return [encoded.row(), aligned.row()];
}
