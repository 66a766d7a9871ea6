// Writes src/gen from proto/: codecs by ts-proto, and the descriptor set that reflection serves.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

const run = (args, options) => execFileSync(process.execPath, ['node_modules/@bufbuild/buf/bin/buf', ...args], options);

run(['generate'], { stdio: 'inherit' });
const set = run(['build', '--as-file-descriptor-set', '-o', '-#format=binpb']);
const lines = set.toString('base64').match(/.{1,120}/g) ?? [];
writeFileSync(
  'libs/contracts/src/gen/descriptor.ts',
  [
    '// Written by libs/contracts/generate.mjs. DO NOT EDIT.',
    '',
    '/** The FileDescriptorSet of proto/, serialized. */',
    'export const descriptorSet: Uint8Array = Buffer.from(',
    '  [',
    ...lines.map((line) => `    '${line}',`),
    "  ].join(''),",
    "  'base64',",
    ');',
    ''
  ].join('\n')
);
