import { readFileSync } from 'node:fs';
import { type Bundle, openBundle } from '@janus-mesh/bundle';
import type { ModelConfig } from '@janus-mesh/models';
import { loadTokenizer, type Tokenizer } from '@janus-mesh/tokenizer';
import type { TestMesh } from '../support/mesh.ts';
import { encodePicture, type NamedFeatures } from '../support/tier-calls.ts';
import type { CaseMessage, Goldens } from './cases.ts';

/** What is compared: goldens on one side, a running mesh and the libraries it is made of on the other. */
export interface Subject {
  readonly goldens: Goldens;
  readonly mesh: TestMesh;
  readonly bundle: Bundle;
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  /** Allowed error of a stage, from cases.json. */
  tolerance(name: string): number;
  /** Features of golden pictures by the running encoder, each encoded once. */
  features(names: readonly string[]): Promise<NamedFeatures[]>;
  /** A golden role as the templates know it. */
  role(message: CaseMessage): 'user' | 'assistant';
}

/** Opens what the stages need beside the mesh. */
export async function openSubject(goldens: Goldens, mesh: TestMesh): Promise<Subject> {
  const bundle = await openBundle(mesh.bundle);
  const encoded = new Map<string, Promise<NamedFeatures>>();
  const encode = async (name: string): Promise<NamedFeatures> => {
    const { file } = goldens.cases.pictures.find((picture) => picture.name === name) ?? {};
    if (file === undefined) throw new Error(`cases.json has no picture ${name}`);
    const options = { revision: mesh.model.revision, picture: goldens.picture(file), rawOrientation: true };
    return { hash: Buffer.from(name.padEnd(32).slice(0, 32)), ...(await encodePicture(mesh.visionEncoder, options)) };
  };
  return {
    goldens,
    mesh,
    bundle,
    config: bundle.manifest.config,
    tokenizer: loadTokenizer(readFileSync(bundle.tokenizerPath, 'utf8'), { bos: bundle.manifest.config.tokens.bos.id }),
    tolerance: (name) => {
      const allowed = goldens.cases.tolerance[name];
      if (allowed === undefined) throw new Error(`cases.json has no tolerance ${name}`);
      return allowed;
    },
    features: (names) =>
      Promise.all(
        names.map((name) => {
          const known = encoded.get(name) ?? encode(name);
          encoded.set(name, known);
          return known;
        })
      ),
    role: ({ role }) => (role === goldens.cases.roles[0] ? 'user' : 'assistant')
  };
}
