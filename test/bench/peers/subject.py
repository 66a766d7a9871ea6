"""What the peers have in common: the sizes of the model they run, and the lines they are asked through."""

import argparse
import json
import os
import sys
import time

# Answers go where stdout went; what libraries print goes to stderr, from now on: import this first.
ANSWERS = os.fdopen(os.dup(sys.stdout.fileno()), "w")
os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

CONTEXT = 300  # positions that are filled before a decode step
PREFILL = 256  # tokens of a prompt
DECODE_STEPS = 7  # steps of one measurement, after one that warms up: their median counts


def read_arguments(**extra):
    """Arguments of every peer: a bundle's manifest for the sizes, threads, a folder for what may be kept between runs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--manifest", required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--cache", required=True)
    for name, choices in extra.items():
        parser.add_argument("--" + name, choices=choices, required=True)
    arguments = parser.parse_args()
    with open(arguments.manifest, encoding="utf-8") as file:
        arguments.sizes = json.load(file)["config"]
    return arguments


def median_ms(run, times=1):
    """Median of how long `run` takes, in milliseconds."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        run()
        taken.append((time.perf_counter() - started) * 1e3)
    return sorted(taken)[len(taken) // 2]


def serve(versions, cases):
    """
    Answers lines on stdin, `{"case": name}`, with lines on stdout, `{"ms": number}` or `{"error": text}`, until stdin ends.

    `cases` gives for each name a function without arguments that returns milliseconds.
    """

    def say(message):
        ANSWERS.write(json.dumps(message) + "\n")
        ANSWERS.flush()

    say({"ready": True, "versions": versions, "cases": list(cases)})
    for line in sys.stdin:
        try:
            say({"ms": cases[json.loads(line)["case"]]()})
        except Exception as error:  # pylint: disable=broad-except
            say({"error": f"{type(error).__name__}: {error}"})
