import { Presets, SingleBar } from 'cli-progress';

const MIN_WIDTH = 10;
const MAX_WIDTH = 40;
/** Columns for the percentage and some of the detail. */
const BESIDE = 34;

/** A bar of a long work. */
export interface ProgressBar {
  update(done: number, total: number, detail: string): void;
  end(): void;
}

/** A progress bar on stderr; shown on terminals only, and only once there is progress. The totals are work, not bytes of a file. */
export function progressBar(title: string): ProgressBar {
  const bar = new SingleBar(
    {
      format: `${title} {bar} {percentage} % {detail}`,
      hideCursor: true,
      barsize: Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, (process.stderr.columns ?? 80) - title.length - BESIDE)),
      stopOnComplete: false,
      stream: process.stderr
    },
    Presets.shades_classic
  );
  let started = false;
  return {
    update(done, total, detail) {
      if (!started) bar.start(total, done, { detail });
      else bar.update(done, { detail });
      started = true;
    },
    end() {
      if (started) bar.stop();
    }
  };
}
