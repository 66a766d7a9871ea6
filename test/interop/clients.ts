import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

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
