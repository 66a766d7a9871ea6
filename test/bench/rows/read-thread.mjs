import { parentPort, workerData } from 'node:worker_threads';

// A thread that reads its part of the memory when it is told to: looking for a byte that is not there is memchr, a streaming read.
// JavaScript, since a worker thread does not know TypeScript.
const { memory, offset, bytes } = workerData;
const part = Buffer.from(memory, offset, bytes);
parentPort.on('message', () => parentPort.postMessage(part.indexOf(0)));
