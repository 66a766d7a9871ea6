import { extname } from 'node:path';
import type { DrawingEvent, DrawingInput } from '@janus-mesh/client';
import { type GeneratedPicture, ImageFormat, PreviewMode } from '@janus-mesh/contracts';
import type { Command } from 'commander';
import { draw } from '../drawing.ts';
import { requireWritable } from '../folders.ts';
import { interruptible } from '../interruptible.ts';
import { jsonLine } from '../json-line.ts';
import { openMesh } from '../mesh/open-mesh.ts';
import { type CallOptions, decimalNumber, jsonOption, probability, seedNumber, targetOption, wholeNumber } from '../options.ts';
import { pictureFile, requireOut, savePicture } from '../picture-files.ts';
import { drawingReceipt } from '../receipts/drawing-receipt.ts';
import type { DrawingReceipt, DrawingRequest } from '../receipts/receipt.ts';
import { writeReceipts } from '../receipts/receipt-file.ts';
import { CommandError } from '../report.ts';

interface DrawOptions extends CallOptions {
  n: number;
  seed?: bigint;
  guidance?: number;
  negative?: string;
  temperature?: number;
  topK?: number;
  topP?: number;
  literalSpecials?: boolean;
  out: string;
  webp: boolean;
  preview: boolean;
  previewRows?: number;
  receipt?: string;
  receipts: boolean;
}

/** `draw`: a prompt in, pictures out. */
export function addDraw(program: Command): void {
  program
    .command('draw')
    .description('draw pictures from a prompt')
    .argument('<prompt>', 'what to draw')
    .option('-n <samples>', 'pictures to draw; picture i uses seed + i', wholeNumber(1, 16), 1)
    .option('--seed <n>', 'seed of the first picture (default: random)', seedNumber)
    .option('--guidance <w>', 'guidance weight; 1 turns guidance off (default: 5)', decimalNumber(0, 100))
    .option('--negative <text>', 'what to steer away from')
    .option('--temperature <t>', '0 takes the most likely code (default: 1)', decimalNumber(0, 100))
    .option('--top-k <k>', 'draw among the k most likely codes', wholeNumber(0, 2 ** 31))
    .option('--top-p <p>', 'draw among the codes that reach this probability', probability)
    .option('--literal-specials', 'read special tokens spelled in the prompts as plain text')
    .option('--out <path>', 'folder, or a .png or .webp file for one picture; files of the same name are replaced', '.')
    .option('--webp', 'write lossless WebP instead of PNG', false)
    .option('--no-preview', 'do not show the pictures in the terminal')
    .option('--preview-rows <n>', 'show them after so many rows (default: after each)', wholeNumber(1, 2 ** 16))
    .option('--receipt <file>', 'write what is needed to draw the same again; see janus-mesh replay')
    .option('--receipts', 'write a receipt beside each picture: <picture>.json', false)
    .addOption(targetOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  janus-mesh draw "a red circle"
  janus-mesh draw "two blue stars" -n 4 --seed 7 --out pictures/
  janus-mesh draw "a green ring" --negative "a red ring" --guidance 7 --out ring.webp
  janus-mesh draw "a red circle" --receipts && janus-mesh replay a-red-circle-*.json
`
    )
    .action(runDraw);
}

async function runDraw(prompt: string, options: DrawOptions): Promise<void> {
  const isWebp = options.webp || extname(options.out).toLowerCase() === '.webp';
  requireOut(options.out, { samples: options.n, isWebp });
  if (options.receipt !== undefined) requireWritable(options.receipt, '--receipt');
  const request = toRequest(prompt, options, isWebp);
  const mesh = openMesh(options.target);
  const results = new Results(request, options);
  try {
    const show = options.preview && !options.json;
    const onEvent = (event: DrawingEvent) => options.json && process.stdout.write(jsonLine(event));
    const onPicture = (picture: GeneratedPicture) => results.add(picture);
    const drawing = interruptible((signal) => draw(mesh, request, { show, signal, onEvent, onPicture }));
    const finished = await drawing.finally(() => results.tell());
    results.requireAll();
    if (!options.json && finished?.timings) process.stdout.write(`${finished.timings.totalSeconds.toFixed(2)} s\n`);
  } finally {
    mesh.close();
  }
}

function toRequest(prompt: string, options: DrawOptions, isWebp: boolean): DrawingInput & DrawingRequest {
  const previews = options.previewRows === undefined || !options.preview ? {} : { preview: PreviewMode.PREVIEW_MODE_EVERY_N };
  return {
    prompt,
    samples: options.n,
    seed: options.seed,
    guidanceWeight: options.guidance,
    negativePrompt: options.negative,
    temperature: options.temperature,
    topK: options.topK,
    topP: options.topP,
    literalSpecials: options.literalSpecials,
    previewRows: options.previewRows,
    ...previews,
    format: isWebp ? ImageFormat.IMAGE_FORMAT_WEBP : ImageFormat.IMAGE_FORMAT_PNG
  };
}

/** Files of a drawing, written as the pictures come: a mesh that dies midway takes nothing finished along. */
class Results {
  readonly #request: DrawingRequest;
  readonly #options: DrawOptions;
  readonly #saved: { readonly sampleIndex: number; readonly seed: bigint; readonly file: string }[] = [];
  readonly #receipts: DrawingReceipt[] = [];
  readonly #broken: string[] = [];

  constructor(request: DrawingRequest, options: DrawOptions) {
    this.#request = request;
    this.#options = options;
  }

  add(picture: GeneratedPicture): void {
    const { out, receipt, receipts } = this.#options;
    const file = pictureFile(picture, this.#request.prompt, out);
    if (picture.decodeError === undefined) this.#saved.push({ ...picture, file: savePicture(picture, file) });
    else this.#broken.push(`sample ${picture.sampleIndex}, seed ${picture.seed}: ${picture.decodeError}`);
    if (receipts) {
      const beside = `${file}.json`;
      writeReceipts(beside, [drawingReceipt(this.#request, picture, { receipt: beside, picture: file })]);
    }
    if (receipt === undefined) return;
    this.#receipts.push(drawingReceipt(this.#request, picture, { receipt, picture: file }));
    writeReceipts(receipt, this.#receipts);
  }

  /** Says which files were written. */
  tell(): void {
    for (const { file, seed } of this.#saved.sort((a, b) => a.sampleIndex - b.sampleIndex)) {
      process.stdout.write(this.#options.json ? jsonLine({ file, seed }) : `${file}  seed ${seed}\n`);
    }
  }

  /** @throws {CommandError} if a picture could not be decoded */
  requireAll(): void {
    if (this.#broken.length > 0) throw new CommandError('decode_failed', `${this.#broken.join('; ')}; the seed draws it again`);
  }
}
