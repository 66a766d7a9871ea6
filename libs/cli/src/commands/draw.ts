import { extname } from 'node:path';
import { connectMesh } from '@janus-mesh/client';
import { ImageFormat } from '@janus-mesh/contracts';
import type { Command } from 'commander';
import { draw } from '../drawing.ts';
import { jsonLine } from '../json-line.ts';
import { type CallOptions, decimalNumber, jsonOption, seedNumber, targetOption, wholeNumber } from '../options.ts';
import { checkOut, pictureFile, requireDecoded, savePicture } from '../picture-files.ts';

interface DrawOptions extends CallOptions {
  n: number;
  seed?: bigint;
  guidance?: number;
  negative?: string;
  temperature?: number;
  topK?: number;
  topP?: number;
  out: string;
  preview: boolean;
}

/** `draw`: a prompt in, pictures out. */
export function addDraw(program: Command): void {
  program
    .command('draw')
    .description('draw pictures from a prompt')
    .argument('<prompt>', 'what to draw')
    .option('-n <samples>', 'pictures to draw; picture i uses seed + i', wholeNumber(1, 16), 1)
    .option('--seed <n>', 'seed of the first picture (default: random)', seedNumber)
    .option('--guidance <w>', 'guidance weight (default: 5)', decimalNumber(0, 100))
    .option('--negative <text>', 'what to steer away from')
    .option('--temperature <t>', '0 takes the most likely code (default: 1)', decimalNumber(0, 100))
    .option('--top-k <k>', 'draw among the k most likely codes', wholeNumber(0, 2 ** 31))
    .option('--top-p <p>', 'draw among the codes that reach this probability', decimalNumber(0, 1))
    .option('--out <path>', 'folder, or a .png or .webp file for one picture', '.')
    .option('--no-preview', 'do not show the picture in the terminal')
    .addOption(targetOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  janus-mesh draw "a red circle"\n  janus-mesh draw "two blue stars" -n 4 --seed 7 --out pictures/\n'
    )
    .action(runDraw);
}

async function runDraw(prompt: string, options: DrawOptions): Promise<void> {
  checkOut(options.out, options.n);
  const mesh = connectMesh(options.target);
  try {
    const format = extname(options.out).toLowerCase() === '.webp' ? ImageFormat.IMAGE_FORMAT_WEBP : ImageFormat.IMAGE_FORMAT_PNG;
    const request = {
      prompt,
      samples: options.n,
      seed: options.seed,
      guidanceWeight: options.guidance,
      negativePrompt: options.negative,
      temperature: options.temperature,
      topK: options.topK,
      topP: options.topP,
      format
    };
    const { pictures, finished } = await draw(mesh, request, {
      show: options.preview && !options.json,
      onEvent: (event) => options.json && process.stdout.write(jsonLine(event))
    });
    for (const picture of pictures.filter(({ decodeError }) => decodeError === undefined)) {
      const file = savePicture(picture, pictureFile(picture, prompt, options.out));
      process.stdout.write(options.json ? jsonLine({ file, seed: picture.seed }) : `${file}  seed ${picture.seed}\n`);
    }
    requireDecoded(pictures);
    if (!options.json && finished?.timings) process.stdout.write(`${finished.timings.totalSeconds.toFixed(2)} s\n`);
  } finally {
    mesh.close();
  }
}
