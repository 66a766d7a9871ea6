/** What a service tells the process that started it, where that left a channel (`child_process.fork`). */
export type ServiceMessage = { readonly type: 'listening'; readonly port: number } | { readonly type: 'ready' };

/** Sends a message to the parent, if there is one that listens. */
export function tellParent(message: ServiceMessage): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

/**
 * Calls back when the parent is gone.
 *
 * @returns lets go of the channel, so that it does not keep this process alive
 * @throws {Error} if the process was started without a channel
 */
export function watchParent(onGone: () => void): () => void {
  if (process.send === undefined) throw new Error('JANUS_MESH_EXIT_WITH_PARENT needs a parent that starts the service with an IPC channel');
  if (!process.connected) onGone();
  process.once('disconnect', onGone);
  return () => {
    process.off('disconnect', onGone);
  };
}
