import type { MeshClient } from '@janus-mesh/client';
import type { Command } from 'commander';
import { interruptible } from '../interruptible.ts';
import { jsonLine } from '../json-line.ts';
import { openMesh } from '../mesh/open-mesh.ts';
import { type CallOptions, jsonOption, targetOption } from '../options.ts';
import type { ResultReceipt } from '../receipts/receipt.ts';
import { readReceipts } from '../receipts/receipt-file.ts';
import { type Replay, replay } from '../receipts/replay.ts';
import { verdict } from '../receipts/verdict.ts';
import { StatusLine } from '../terminal/status-line.ts';
import { style } from '../terminal/style.ts';

/** `replay`: the results of receipts once more, and whether they are the same. */
export function addReplay(program: Command): void {
  program
    .command('replay')
    .description('generate again what a receipt tells of, and say whether it is the same, token by token')
    .argument('<receipt...>', 'files written with --receipt or --receipts')
    .addOption(targetOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Prints "identical", or the first token that differs and what explains it: the model's revision, a field of the
numerics fingerprint, a picture whose file has changed. Exit code 1 if anything differs.

Examples:
  janus-mesh draw "a red circle" --receipt circle.json && janus-mesh replay circle.json
  janus-mesh replay pictures/*.json --target other-host:50051
`
    )
    .action(runReplay);
}

async function runReplay(files: string[], options: CallOptions): Promise<void> {
  const results = files.flatMap((file) => readReceipts(file).map((receipt, index) => ({ file, receipt, index })));
  const mesh = openMesh(options.target);
  try {
    let different = 0;
    for (const { file, receipt, index } of results) {
      const found = await interruptible((signal) => withProgress(mesh, receipt, { file, signal }));
      if (found.difference !== undefined) different += 1;
      if (options.json) process.stdout.write(jsonLine({ file, result: index, identical: found.difference === undefined, ...found }));
      else tell(results.length > 1 ? `${file}${index > 0 ? ` result ${index}` : ''}: ` : '', found, receipt);
    }
    if (different > 0) process.exitCode = 1;
    if (results.length > 1 && !options.json) process.stdout.write(`${results.length - different} of ${results.length} identical\n`);
  } finally {
    mesh.close();
  }
}

async function withProgress(
  mesh: MeshClient,
  receipt: ResultReceipt,
  { file, signal }: { readonly file: string; readonly signal: AbortSignal }
): Promise<Replay> {
  const status = new StatusLine(process.stderr);
  const what = receipt.kind === 'answer' ? 'answering' : 'drawing';
  try {
    return await replay(mesh, receipt, file, { signal, onProgress: (done, total) => status.show(`${what} again: ${done} of ${total}`) });
  } finally {
    status.clear();
  }
}

function tell(prefix: string, found: Replay, receipt: ResultReceipt): void {
  const [first, ...rest] = verdict(found, receipt.kind);
  const coloured = style(process.stdout, found.difference === undefined ? 'green' : 'red', first ?? '');
  process.stdout.write(`${[`${prefix}${coloured}`, ...rest].join('\n')}\n`);
}
