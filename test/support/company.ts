import { userMessage } from '@janus-mesh/client';
import type { TestMesh } from './mesh.ts';

/** Requests that run beside others all the time. */
export interface Company {
  /** Lets the last ones finish. @returns how often each was answered; throws if one got anything else than alone */
  stop(): Promise<{ readonly chats: number; readonly drawings: number }>;
}

/** Asks a chat and a drawing alone, then again and again beside whatever comes, and compares each answer with the first. */
export async function keepCompany(mesh: TestMesh, options: { readonly draws: boolean }): Promise<Company> {
  let isOver = false;
  const repeat = async (ask: () => Promise<string>) => {
    const alone = await ask();
    const again = async () => {
      let answers = 0;
      for (; !isOver; answers++) {
        const beside = await ask();
        if (beside !== alone) throw new Error(`alone: ${alone}\nin company: ${beside}`);
      }
      return answers;
    };
    return again;
  };
  const [chats, drawings] = [await repeat(() => chat(mesh)), options.draws ? await repeat(() => draw(mesh)) : async () => 0];
  const running = Promise.all([chats(), drawings()]);
  running.catch(() => {}); // thrown at the stop
  return {
    async stop() {
      isOver = true;
      const [chats, drawings] = await running;
      return { chats, drawings };
    }
  };
}

// Hot enough to go on for all its tokens.
async function chat({ client }: TestMesh): Promise<string> {
  const said: unknown[] = [];
  const request = { messages: [userMessage('Describe the image.')], temperature: 100, seed: 1n, maxTokens: 24 };
  for await (const event of client.chat(request, { caller: 'company' })) {
    if (event.$case === 'delta') said.push(event.value.tokenIds);
    if (event.$case === 'finished') said.push(event.value.receipt);
  }
  return asText(said);
}

async function draw({ client }: TestMesh): Promise<string> {
  const drawn: unknown[] = [];
  for await (const event of client.generateImage({ prompt: 'a blue ring', seed: 3n, temperature: 5 }, { caller: 'company' }))
    if (event.$case === 'picture') drawn.push(event.value.codeIds, event.value.receipt, Buffer.from(event.value.data).toString('base64'));
  return asText(drawn);
}

function asText(values: unknown): string {
  return JSON.stringify(values, (_, value) => (typeof value === 'bigint' ? String(value) : value));
}
