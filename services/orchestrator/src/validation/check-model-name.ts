import { notFound } from '@janus-mesh/rpc';

/** Lets a request pass that names no model, or the one that is served. @throws {MeshError} NOT_FOUND */
export function checkModelName(wanted: string | undefined, model: { readonly name: string; readonly revision: string }): void {
  if (wanted === undefined || wanted === model.name || wanted === model.revision) return;
  const shown = wanted.length > 100 ? `${wanted.slice(0, 100)}…` : wanted;
  throw notFound('MODEL_NOT_FOUND', `model "${shown}" is not served here, ${model.name} (revision ${model.revision}) is`);
}
