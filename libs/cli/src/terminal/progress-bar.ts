import { Presets, SingleBar } from 'cli-progress';

/** A bar of a long work over bytes. */
export interface ProgressBar {
  update(done: number, total: number, detail: string): void;
  end(): void;
}

const MIB = 1024 * 1024;

/** A progress bar on stderr in MiB; shown on terminals only, and only once there is progress. */
export function progressBar(title: string): ProgressBar {
  const bar = new SingleBar(
    {
      format: `${title} {bar} {percentage}% | {value}/{total} MiB | {detail}`,
      hideCursor: true,
      stopOnComplete: false,
      stream: process.stderr
    },
    Presets.shades_classic
  );
  let started = false;
  return {
    update(done, total, detail) {
      const [value, size] = [Math.round((done / MIB) * 10) / 10, Math.round((total / MIB) * 10) / 10];
      if (!started) bar.start(size, value, { detail });
      else bar.update(value, { detail });
      started = true;
    },
    end() {
      if (started) bar.stop();
    }
  };
}
