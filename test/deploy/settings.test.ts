import { ConfigError } from '@janus-mesh/service';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { commonSettings } from '../../libs/service/src/common-settings.ts';
import { readConfig, variableOf } from '../../libs/service/src/read-config.ts';
import { configSchema as imageCodec } from '../../services/image-codec/src/config.ts';
import { configSchema as orchestrator } from '../../services/orchestrator/src/config.ts';
import { configSchema as transformer } from '../../services/transformer/src/config.ts';
import { configSchema as visionEncoder } from '../../services/vision-encoder/src/config.ts';
import { at, find, render } from './support/render.ts';
import { schema } from './support/schema.ts';

interface SettingSchema {
  readonly description: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly examples?: readonly string[];
}

const services = { orchestrator, transformer, 'vision-encoder': visionEncoder, 'image-codec': imageCodec };
const names = Object.keys(services) as (keyof typeof services)[];

/** What the chart sets itself, or what makes no sense in a pod: the root is read-only, logs are read by programs. */
const chartsOwn = [
  ...['host', 'port', 'bundle', 'threads', 'metricsHost', 'metricsPort', 'logFormat', 'exitWithParent', 'flightFolder'],
  ...['transformer', 'visionEncoder', 'imageCodec']
];

function shapeOf(name: keyof typeof services): z.ZodRawShape {
  return { ...commonSettings, ...services[name].shape };
}

function settingsOf(path: string): Record<string, SettingSchema> {
  return at(schema, `${path}.properties`) as Record<string, SettingSchema>;
}

/** All settings that the chart takes for a service, each with what the schema says of it. */
function chartSettings(name: string): Record<string, SettingSchema> {
  return { ...settingsOf('properties.settings'), ...settingsOf(`properties.services.properties.${name}.properties.settings`) };
}

/** Whether the service takes a text for a setting. */
function takes(name: keyof typeof services, setting: string, text: string): boolean {
  const shape = { [setting]: shapeOf(name)[setting] } as z.ZodRawShape;
  try {
    readConfig(z.object(shape), { [variableOf(setting)]: text });
    return true;
  } catch (error) {
    if (error instanceof ConfigError) return false;
    throw error;
  }
}

test.each(names)('the chart takes every setting of the %s but those it makes itself, and no other', (name) => {
  const wanted = Object.keys(shapeOf(name)).filter((setting) => !chartsOwn.includes(setting));
  expect(Object.keys(chartSettings(name)).sort()).toEqual(wanted.sort());
});

test.each(names)('what the chart says of a setting of the %s is what the service says', (name) => {
  for (const [setting, { description }] of Object.entries(chartSettings(name))) {
    expect((shapeOf(name)[setting] as z.ZodType).description, setting).toBe(description);
  }
});

test.each(names)('the chart allows for each setting of the %s what the service takes, to the last number', (name) => {
  for (const [setting, { type, enum: words, minimum, maximum }] of Object.entries(chartSettings(name))) {
    if (words !== undefined)
      expect(
        [...words, 'another'].map((word) => takes(name, setting, word)),
        setting
      ).toEqual([...words.map(() => true), false]);
    if (type === 'boolean')
      expect(
        ['true', 'false', 'yes'].map((word) => takes(name, setting, word)),
        setting
      ).toEqual([true, true, false]);
    if (minimum === undefined || maximum === undefined) continue;
    const step = type === 'integer' ? 1 : minimum / 2 || 0.001;
    const texts = [minimum, maximum, minimum - step].map((value) => String(value));
    expect(
      texts.map((text) => takes(name, setting, text)),
      setting
    ).toEqual([true, true, false]);
    if (maximum < Number.MAX_SAFE_INTEGER) expect(takes(name, setting, String(maximum + 1)), setting).toBe(false);
  }
});

test.each(names)('the defaults that the chart tells are those of the %s', (name) => {
  for (const [setting, { default: preset }] of Object.entries(chartSettings(name))) {
    const found = z.object({ [setting]: shapeOf(name)[setting] } as z.ZodRawShape).parse({})[setting];
    if (preset !== undefined) expect(found, setting).toBe(preset);
  }
});

test.each(names)('every variable that a pod of the %s is given is a setting of that service', async (name) => {
  const everything = Object.fromEntries(
    Object.entries(chartSettings(name)).map(([setting, one]) => [setting, one.minimum ?? one.enum?.[0] ?? one.examples?.[0] ?? true])
  );
  const { deadlineSeconds: _deadline, drainSeconds: _drain, ...common } = pick(everything, Object.keys(settingsOf('properties.settings')));
  const own = pick(everything, Object.keys(settingsOf(`properties.services.properties.${name}.properties.settings`)));
  const objects = await render([], { settings: common, services: { [name]: { settings: own } } });
  const env = at(find(objects, 'Deployment', `janus-mesh-${name}`), 'spec.template.spec.containers.0.env') as {
    name: string;
    value?: string;
  }[];
  const variables = Object.fromEntries(env.map((one) => [one.name, one.value ?? '2']));
  const config = readConfig(z.object(shapeOf(name)), variables) as Record<string, unknown>;
  for (const [setting, value] of Object.entries({ ...common, ...own })) {
    const given = config[setting];
    // Lists and pairs are read, and were refused if they were none.
    if (typeof given === 'object') expect(given, setting).not.toEqual({});
    else expect(given, setting).toBe(value);
  }
  expect(config).toMatchObject({ host: '0.0.0.0', port: 50_051, bundle: '/models/tiny-shapes', threads: 2, metricsPort: 9464 });
});

test('numbers of many digits reach the service as they were written', async () => {
  const objects = await render([], { services: { transformer: { settings: { kvBudgetBytes: 68_719_476_736 } } } });
  const env = at(find(objects, 'Deployment', 'janus-mesh-transformer'), 'spec.template.spec.containers.0.env');
  expect(env).toContainEqual({ name: 'JANUS_MESH_KV_BUDGET_BYTES', value: '68719476736' });
});

test('a variable of OpenTelemetry that is given takes the place of the one that the chart would set', async () => {
  const extraEnv = [
    { name: 'OTEL_TRACES_SAMPLER', value: 'always_on' },
    { name: 'OTEL_EXPORTER_OTLP_HEADERS', valueFrom: { secretKeyRef: { name: 'collector', key: 'headers' } } }
  ];
  const objects = await render([], {
    telemetry: { otlp: { endpoint: 'http://collector.monitoring.svc:4317' } },
    services: { transformer: { extraEnv } }
  });
  const env = at(find(objects, 'Deployment', 'janus-mesh-transformer'), 'spec.template.spec.containers.0.env') as { name: string }[];
  const names = env.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(env).toEqual(expect.arrayContaining(extraEnv));
  expect(names).toEqual(expect.arrayContaining(['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_RESOURCE_ATTRIBUTES', 'POD_NAME']));
});

function pick(all: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(all).filter(([key]) => keys.includes(key)));
}
