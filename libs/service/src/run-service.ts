import type { z } from 'zod';
import { readEnvironment } from './env.ts';
import { tellParent, watchParent } from './parent-process.ts';
import { RunningService } from './running-service.ts';
import type { ServiceDefinition } from './service-definition.ts';
import { StopRequest } from './stop-request.ts';

// Callers of an orphan are gone with its parent, or must find another one soon.
const orphanDrainMs = 10_000;
const exitGraceMs = 5_000;

/**
 * Runs a service as this process: from its settings in the environment until SIGTERM or SIGINT, then it drains and the process ends
 * by itself with exit code 0. A second signal ends it at once. A failure to start is one error on stderr and exit code 1.
 *
 * A parent with an IPC channel is told `{ type: 'listening', port }` and `{ type: 'ready' }`.
 */
export async function runService<Shape extends z.ZodRawShape>(definition: ServiceDefinition<Shape>): Promise<void> {
  const stopRequest = new StopRequest();
  let service: RunningService | undefined;
  const onBug = (error: unknown) => {
    service?.logger.fatal({ err: error }, 'uncaught');
    service?.crashed();
    fail(definition.name, error);
  };
  process.on('uncaughtException', onBug);
  process.on('unhandledRejection', onBug);
  try {
    service = await RunningService.open(definition, readEnvironment());
    await live(service, stopRequest);
    exitSoon(service);
  } catch (error) {
    fail(definition.name, error);
  } finally {
    stopRequest.close();
    process.off('uncaughtException', onBug);
    process.off('unhandledRejection', onBug);
  }
}

async function live(service: RunningService, stopRequest: StopRequest): Promise<void> {
  let drainMs = service.config.drainSeconds * 1_000;
  const letGo = service.config.exitWithParent
    ? watchParent(() => {
        drainMs = Math.min(drainMs, orphanDrainMs);
        stopRequest.make('the parent process is gone');
      })
    : () => undefined;
  tellParent({ type: 'listening', port: service.port });
  try {
    await Promise.race([service.warmUp(), stopRequest.made]);
    if (!stopRequest.isMade) tellParent({ type: 'ready' });
    await stopRequest.made;
  } finally {
    await service.stop(drainMs);
    letGo();
  }
}

/** The process ends when nothing is left to do. If something is, that is a bug, and must not keep it running. */
function exitSoon({ logger }: RunningService): void {
  if (process.connected) process.disconnect();
  setTimeout(() => {
    logger.error({ resources: process.getActiveResourcesInfo() }, 'something keeps the process alive; exiting');
    process.exit(0);
  }, exitGraceMs).unref();
}

function fail(name: string, error: unknown): never {
  process.stderr.write(`error: ${name}: ${kindOf(error)}${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

/** Errors of models on disk say what kind they are; so does the line. */
function kindOf(error: unknown): string {
  return error instanceof Error && 'kind' in error && typeof error.kind === 'string' ? `${error.kind}: ` : '';
}
