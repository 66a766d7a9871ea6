import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ReadTracker } from './read-tracker.ts';
import { type KubernetesObject, labelOf } from './render.ts';

/** A validator as Ajv compiles it from a kind's schema. */
interface Validate {
  (object: unknown): boolean;
  readonly errors?: readonly { readonly instancePath: string; readonly keyword: string; readonly params: object }[] | null;
}

const require = createRequire(import.meta.url);

// The packages' models copy what they are given, and so read it all: the validators under them are wanted.
const keda = join(dirname(require.resolve('@kubernetes-models/keda')), '_schemas');
const operator = join(dirname(require.resolve('@kubernetes-models/prometheus-operator')), '_schemas');

const validators: Readonly<Record<string, Validate>> = {
  ScaledObject: validator(join(keda, 'KedaShV1alpha1ScaledObject.js')),
  ServiceMonitor: validator(join(operator, 'MonitoringCoreosComV1ServiceMonitor.js')),
  PrometheusRule: validator(join(operator, 'MonitoringCoreosComV1PrometheusRule.js'))
};

function validator(file: string): Validate {
  return (require(file) as { validate: Validate }).validate;
}

/** Whether an object is of a kind that KEDA or the Prometheus operator brings. */
export function isCustom({ apiVersion }: KubernetesObject): boolean {
  return apiVersion === 'keda.sh/v1alpha1' || apiVersion === 'monitoring.coreos.com/v1';
}

/** What the schema of such a kind says against an object; fields that it does not know are faults. Empty if nothing. */
export function customFaults(object: KubernetesObject): string[] {
  const validate = validators[object.kind];
  if (validate === undefined) return [`${labelOf(object)}: no schema of this kind is here`];
  const tracker = new ReadTracker();
  const isValid = validate(tracker.view(object));
  const wrong = isValid
    ? []
    : (validate.errors ?? []).map(({ instancePath, keyword, params }) => `${instancePath}: ${keyword} ${JSON.stringify(params)}`);
  const unknown = isValid ? tracker.unread(object).map((field) => `${field} is not known`) : [];
  return [...wrong, ...unknown].map((fault) => `${labelOf(object)}: ${fault}`);
}
