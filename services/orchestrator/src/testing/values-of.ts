interface AnyEvent {
  readonly $case: string;
  readonly value: unknown;
}

/** The values of all events of one kind. */
export function valuesOf<Event extends AnyEvent, Kind extends Event['$case']>(
  events: readonly Event[],
  kind: Kind
): Extract<Event, { readonly $case: Kind }>['value'][] {
  return events.filter((event) => event.$case === kind).map((event) => event.value) as Extract<Event, { readonly $case: Kind }>['value'][];
}
