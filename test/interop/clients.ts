import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const PROTO = resolve(import.meta.dirname, '../../proto');

/** Python with grpcio and grpcio-tools: `JANUS_MESH_TEST_PYTHON`, else python3. Undefined if there is none. */
export function grpcPython(): string | undefined {
  const python = process.env.JANUS_MESH_TEST_PYTHON ?? 'python3';
  return spawnSync(python, ['-c', 'import grpc, grpc_tools']).status === 0 ? python : undefined;
}

/** The grpcurl binary: beside that Python, else on the path. Undefined if there is none. */
export function grpcurl(): string | undefined {
  const beside = process.env.JANUS_MESH_TEST_PYTHON && join(dirname(process.env.JANUS_MESH_TEST_PYTHON), 'grpcurl');
  if (beside && existsSync(beside)) return beside;
  return spawnSync('grpcurl', ['-version']).status === 0 ? 'grpcurl' : undefined;
}

/** Generates the Python modules of the public contract into a folder. */
export async function generatePython(python: string, folder: string): Promise<void> {
  const protos = ['janus_service', 'sampling', 'fingerprint'].map((name) => `janus/v1/${name}.proto`);
  const protoc = ['-m', 'grpc_tools.protoc', '-I', PROTO, '--python_out=.', '--grpc_python_out=.', ...protos];
  await promisify(execFile)(python, protoc, { cwd: folder });
}
