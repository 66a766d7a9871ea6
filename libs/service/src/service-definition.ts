import type { ServiceBinding } from '@janus-mesh/rpc';
import type { Logger } from '@janus-mesh/telemetry';
import type { FactoryProvider } from '@nestjs/common';
import type { z } from 'zod';
import type { commonSettings } from './common-settings.ts';
import type { Token } from './provide.ts';

type CommonConfig = z.infer<z.ZodObject<typeof commonSettings>>;

/** A service's settings: those of every service, and its own. */
export type ConfigOf<Shape extends z.ZodRawShape> = Readonly<Omit<CommonConfig, keyof Shape> & z.infer<z.ZodObject<Shape>>>;

/** What a service is built from. */
export interface BuildContext<Config> {
  readonly config: Config;
  readonly logger: Logger;
  /** A thing the service's providers made. */
  get<T>(token: Token<T>): T;
}

/** A built service. */
export interface ServiceParts {
  readonly services: readonly ServiceBinding[];
  /** Of the model it serves; traces and metrics tell it. Default: they say "unknown". */
  readonly revision?: string;
  /** Warms up; health says SERVING after it. The signal is aborted if the service is stopped meanwhile. */
  readonly ready?: (signal: AbortSignal) => Promise<void>;
  /** Told when the drain begins: refuse what waits, as running calls may still finish. New calls are refused already. */
  readonly drain?: () => void;
  /** Saves what explains a crash, at once: the process ends right after it. */
  readonly crashed?: () => void;
  /** Closes what was built, after the drain. */
  readonly stop?: () => Promise<void> | void;
}

/** What makes a service: its name, its settings and how it is built. */
export interface ServiceDefinition<Shape extends z.ZodRawShape> {
  /** In every log line, e.g. `image-codec`. */
  readonly name: string;
  /** The service's own settings; `queueLimit` is read from JANUS_MESH_QUEUE_LIMIT. */
  readonly configSchema: z.ZodObject<Shape>;
  /** Things Nest makes before the service is built; they may ask for {@link CONFIG}, {@link LOGGER} and {@link TELEMETRY}. Default: none. */
  readonly providers?: readonly FactoryProvider[];
  /** Answers calls before it is ready, instead of UNAVAILABLE with reason NOT_READY. Default: false. */
  readonly answersBeforeReady?: boolean;
  /** Builds the service; throw to refuse the start. */
  build(context: BuildContext<ConfigOf<Shape>>): ServiceParts | Promise<ServiceParts>;
}
