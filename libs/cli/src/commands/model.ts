import type { GetModelResponse } from '@janus-mesh/contracts';
import type { Command } from 'commander';
import { jsonLine } from '../json-line.ts';
import { atOnce, openMesh } from '../mesh/open-mesh.ts';
import { type CallOptions, jsonOption, targetOption } from '../options.ts';

/** `model`: what the mesh serves: sizes, limits, numerics. */
export function addModel(program: Command): void {
  program
    .command('model')
    .description('show the model that is served: sizes, limits, numerics')
    .addOption(targetOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  janus-mesh model\n  janus-mesh model --json | jq .limits\n')
    .action(runModel);
}

async function runModel(options: CallOptions): Promise<void> {
  const mesh = openMesh(options.target);
  try {
    const model = await atOnce(options.target, mesh.getModel);
    process.stdout.write(options.json ? jsonLine(model) : `${describeModel(model).join('\n')}\n`);
  } finally {
    mesh.close();
  }
}

function describeModel(model: GetModelResponse): string[] {
  const { sizes, limits, fingerprint } = model;
  const rows: [string, string][] = [
    ['model', `${model.name} (${model.family}), ${((Number(sizes?.parameters) || 0) / 1e6).toFixed(1)} M parameters`],
    ['revision', model.revision],
    [
      'language model',
      `${sizes?.layers} layers × ${sizes?.hiddenSize}, ${sizes?.heads} heads, ${sizes?.kvHeads} KV heads, vocabulary ${sizes?.vocabSize}`
    ],
    ['reads', `${sizes?.visionImageSize} × ${sizes?.visionImageSize} pixels as ${sizes?.pictureTokens} tokens`],
    ['draws', `${sizes?.imageSize} × ${sizes?.imageSize} pixels from ${sizes?.grid} × ${sizes?.grid} codes of ${sizes?.codebookSize}`],
    ['limits', `context ${limits?.contextTokens} tokens, ${limits?.pictures} pictures, ${limits?.samples} samples a request`],
    ['weights', model.quantization],
    [
      'numerics',
      fingerprint
        ? `${fingerprint.digest} (onnxruntime ${fingerprint.onnxruntime}, ${fingerprint.provider}, ${fingerprint.isa})`
        : 'no transformer was seen yet'
    ],
    ['janus-mesh', model.version]
  ];
  return rows.map(([name, value]) => `${name.padEnd(15)} ${value}`);
}
