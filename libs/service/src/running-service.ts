import { descriptorSet } from '@janus-mesh/contracts/descriptor';
import { type RpcServer, type ServerLimits, serve } from '@janus-mesh/rpc';
import { createLogger, type Logger } from '@janus-mesh/telemetry';
import { z } from 'zod';
import { type BuiltService, buildService, closeService } from './built-service.ts';
import { commonSettings } from './common-settings.ts';
import { readConfig } from './read-config.ts';
import type { ConfigOf, ServiceDefinition } from './service-definition.ts';
import { serviceTelemetry } from './service-telemetry.ts';

type CommonConfig = ConfigOf<Record<never, never>>;

/** A service that listens: it warms up, serves, and stops. */
export class RunningService {
  readonly config: CommonConfig;
  readonly logger: Logger;
  readonly #built: BuiltService;
  readonly #server: RpcServer;
  readonly #stopping = new AbortController();
  #stopped: Promise<void> | undefined;

  private constructor(config: CommonConfig, built: BuiltService, server: RpcServer) {
    this.config = config;
    this.logger = built.logger;
    this.#built = built;
    this.#server = server;
  }

  /**
   * Reads the settings, builds the service and listens; health says NOT_SERVING.
   *
   * @param variables an environment
   * @throws {ConfigError} if settings are wrong
   * @throws {Error} what building it throws, or if the port is taken
   */
  static async open<Shape extends z.ZodRawShape>(
    definition: ServiceDefinition<Shape>,
    variables: Readonly<Record<string, string | undefined>>
  ): Promise<RunningService> {
    const config = readConfig(z.object({ ...commonSettings, ...definition.configSchema.shape }), variables) as ConfigOf<Shape> &
      CommonConfig;
    const logger = createLogger({ service: definition.name, level: config.logLevel, pretty: config.logFormat === 'pretty' });
    const telemetry = await serviceTelemetry(definition.name, { config, logger, variables });
    const built = await buildService(definition, { config, logger, telemetry });
    try {
      const server = await serve({
        services: built.parts.services,
        logger,
        telemetry,
        host: config.host,
        port: config.port,
        descriptorSet,
        limits: limitsOf(config),
        refuseUntilServing: !definition.answersBeforeReady
      });
      logger.info({ host: config.host, port: server.port, ...sizesOf(config) }, 'warming up');
      return new RunningService(config, built, server);
    } catch (error) {
      await closeService(built);
      throw error;
    }
  }

  get port(): number {
    return this.#server.port;
  }

  /** Makes the service ready, then serves. @throws what the service's `ready` throws, unless it was stopped meanwhile */
  async warmUp(): Promise<void> {
    const startedAt = performance.now();
    try {
      await this.#built.parts.ready?.(this.#stopping.signal);
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      throw error;
    }
    if (this.#stopping.signal.aborted) return;
    this.#server.setServing(true);
    this.logger.info({ host: this.config.host, port: this.port, warmUpMs: Math.round(performance.now() - startedAt) }, 'listening');
  }

  /** Lets the service save what explains a crash. A failure of that is logged, so that it hides nothing. */
  crashed(): void {
    try {
      this.#built.parts.crashed?.();
    } catch (error) {
      this.logger.error({ err: error }, 'what explains the crash could not be saved');
    }
  }

  /** Drains, then closes everything; the same for every call of this. */
  stop(drainMs = this.config.drainSeconds * 1_000): Promise<void> {
    this.#stopped ??= this.#stop(drainMs);
    return this.#stopped;
  }

  async #stop(drainMs: number): Promise<void> {
    this.#stopping.abort();
    this.logger.info({ calls: this.#server.callCount, drainMs }, 'draining');
    const drained = this.#server.drain({ timeoutMs: drainMs });
    this.#built.parts.drain?.();
    const { aborted } = await drained;
    await closeService(this.#built);
    this.logger.info({ aborted }, 'stopped');
  }
}

function limitsOf(config: CommonConfig): Partial<ServerLimits> {
  return {
    maxReceiveBytes: config.maxReceiveBytes,
    maxConcurrentStreams: config.maxConcurrentStreams,
    keepaliveMs: config.keepaliveSeconds * 1_000,
    keepaliveTimeoutMs: config.keepaliveTimeoutSeconds * 1_000,
    unreadStreamMs: config.unreadStreamSeconds * 1_000,
    maxDeadlineMs: config.deadlineSeconds * 1_000
  };
}

/** What must fit into a container's limits, or follows them: threads, and memory budgets. */
function sizesOf(config: CommonConfig): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(config).filter(([name]) => name === 'threads' || /(Budget|Cache)Bytes$/.test(name)));
}
