import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { call, podman } from './programs.ts';
import { say, timed } from './stopwatch.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
/** What images are built from, and what says so. */
const CONTEXT = ['.dockerignore', '.npmrc', 'package.json', 'package-lock.json', 'deploy', 'libs', 'services', 'models'];

const NODE_VERSION = '24.21.0';
const NODE_IMAGE = `localhost/janus-mesh-base/node:${NODE_VERSION}`;
const RUNTIME_IMAGE = `localhost/janus-mesh-base/node-runtime:${NODE_VERSION}`;

/** The images of deploy/docker/Dockerfile. */
export const IMAGES = ['orchestrator', 'transformer', 'vision-encoder', 'image-codec', 'command'] as const;

export type ImageName = (typeof IMAGES)[number];

/** What an image is called here. */
export function imageOf(name: ImageName): string {
  return `localhost/janus-mesh/${name}:test`;
}

/** Builds all images, and says how long that took and how large they are. Their bases are made if they are not there. */
export async function buildImages(): Promise<void> {
  if (!(await isThere(NODE_IMAGE)) || !(await isThere(RUNTIME_IMAGE))) {
    await timed('base images', () => call(join(ROOT, 'deploy/docker/local-base.sh'), [NODE_VERSION]));
  }
  say(`base to run on: ${await megabytesOf(RUNTIME_IMAGE)} MB`);
  const context = copyOfTree();
  try {
    for (const name of IMAGES) await buildImage(name, context);
  } finally {
    rmSync(context, { recursive: true });
  }
}

async function buildImage(name: ImageName, context: string): Promise<void> {
  const file = join(context, 'deploy/docker/Dockerfile');
  const options = ['--quiet', '--isolation', 'chroot', '--layers', '--file', file, '--target', name, '--tag', imageOf(name)];
  const bases = ['--build-arg', `NODE_IMAGE=${NODE_IMAGE}`, '--build-arg', `RUNTIME_IMAGE=${RUNTIME_IMAGE}`];
  await timed(`image ${name}`, () => call('buildah', ['bud', ...options, ...bases, context]));
  say(`image ${name}: ${await megabytesOf(imageOf(name))} MB`);
}

/** The tree as it is now: all images are made of the same one, whoever writes meanwhile. */
function copyOfTree(): string {
  const folder = mkdtempSync(join(tmpdir(), 'janus-mesh-context-'));
  const filter = (source: string) => basename(source) !== 'node_modules';
  for (const name of CONTEXT) cpSync(join(ROOT, name), join(folder, name), { recursive: true, preserveTimestamps: true, filter });
  return folder;
}

function isThere(image: string): Promise<boolean> {
  return podman('image', 'exists', image).then(
    () => true,
    () => false
  );
}

async function megabytesOf(image: string): Promise<string> {
  return (Number(await podman('image', 'inspect', '--format', '{{.Size}}', image)) / 1e6).toFixed(0);
}
