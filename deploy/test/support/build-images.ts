import { buildImages } from './images.ts';
import { whyNoContainers } from './programs.ts';
import { say } from './stopwatch.ts';

/** Builds the images once before the tests, unless CLUSTER_TEST_IMAGES=keep; says why not, where containers can't be run. */
export async function setup(): Promise<void> {
  const reason = whyNoContainers();
  if (reason === undefined && process.env.CLUSTER_TEST_IMAGES === 'keep')
    say('the images that are there are tested, as CLUSTER_TEST_IMAGES=keep says');
  else if (reason === undefined) await buildImages();
  else say(`skipped: ${reason}`);
}
