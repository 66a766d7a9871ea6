import type { ServiceDefinition } from '../definition.ts';
import type { CallContext } from './call-context.ts';
import type { Handlers } from './handlers.ts';

type BoundMethod = (request: unknown, context: { readonly mesh: CallContext }) => unknown;

/** A service and its handlers, ready to be served. */
export interface ServiceBinding {
  readonly definition: ServiceDefinition;
  readonly methods: Readonly<Record<string, BoundMethod>>;
}

/**
 * Binds handlers to a service.
 *
 * @throws {TypeError} if a handler is missing
 */
export function bindService<Service extends ServiceDefinition>(definition: Service, handlers: Handlers<Service>): ServiceBinding {
  const methods: Record<string, BoundMethod> = {};
  for (const name of Object.keys(definition.methods)) {
    const handler = handlers[name];
    if (typeof handler !== 'function') throw new TypeError(`${definition.fullName} has no handler '${name}'`);
    methods[name] = (request, { mesh }) => handler.call(handlers, request as never, mesh);
  }
  return { definition, methods };
}
