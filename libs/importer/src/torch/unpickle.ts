import { type PickleHost, PickleMachine } from './pickle-machine.ts';
import { OPERATIONS } from './pickle-opcodes.ts';
import { TorchFileError } from './torch-file-error.ts';

const STOP = 0x2e;

/**
 * Reads a pickle without running anything: it can build numbers, strings, tuples, lists and dicts, and else only what the host knows.
 *
 * @throws {TorchFileError} if it is broken; whatever the host throws for what it does not know
 */
export function unpickle(bytes: Uint8Array, host: PickleHost): unknown {
  const machine = new PickleMachine(bytes, host);
  for (;;) {
    const at = machine.position;
    const opcode = machine.byte();
    if (opcode === STOP) return machine.pop();
    const operation = OPERATIONS.get(opcode);
    if (!operation) throw new TorchFileError(`has opcode 0x${opcode.toString(16).padStart(2, '0')} at byte ${at}, which is not supported`);
    operation(machine);
  }
}
