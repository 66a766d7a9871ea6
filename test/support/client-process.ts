import { connectMesh } from '@janus-mesh/client';
import type { RemoteCall } from './leaving-caller.ts';

// A client of the mesh in a process of its own: told what to call, tells each event's name.
process.on('message', async ({ address, name, call, request }: RemoteCall) => {
  for await (const { $case } of connectMesh(address)[call](request)) process.send?.({ name, event: $case });
});
process.send?.('ready');
