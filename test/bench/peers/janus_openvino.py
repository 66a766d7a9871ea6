"""OpenVINO with the language model's weights in int8 or int4, its own defaults for all else (dynamic quantisation, u8 KV cache)."""

from subject import CONTEXT, DECODE_STEPS, PREFILL, median_ms, read_arguments, serve  # first: see there

import os
from functools import lru_cache

import numpy as np
import openvino as ov

arguments = read_arguments(form=["int8", "int4"])
text = arguments.sizes["text"]
core = ov.Core()


def compiled():
    """Made once for these sizes, and kept: exporting a big model takes minutes and three times its memory."""
    codes = arguments.sizes["codec"]["codebookSize"]
    sizes = "-".join(str(text[name]) for name in ("hiddenSize", "layers", "heads", "intermediateSize"))
    path = os.path.join(arguments.cache, f"openvino-{ov.__version__.split('-')[0]}-{arguments.form}-{sizes}-{codes}.xml")
    if not os.path.exists(path):
        from openvino_model import build

        ov.save_model(build(text, codes, arguments.form), path + ".part.xml")
        os.rename(path + ".part.bin", path[:-4] + ".bin")
        os.rename(path + ".part.xml", path)
    return core.compile_model(path, "CPU", {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": arguments.threads})


model = compiled()
random = np.random.default_rng(1)


def inputs(rows, tokens, past):
    return {
        "embeddings": random.standard_normal((rows, tokens, text["hiddenSize"]), dtype=np.float32),
        "positions": np.broadcast_to(np.arange(past, past + tokens, dtype=np.int64), (rows, tokens)),
        "mask": np.ones((rows, past + tokens), np.int64),
        "beam_idx": np.arange(rows, dtype=np.int32),
    }


@lru_cache(maxsize=1)
def sequences(rows):
    """A request whose state is the context of so many rows. One at a time: its keys and values take gigabytes."""
    request = model.create_infer_request()
    fill(request, rows)
    return request


def fill(request, rows):
    """Random keys and values: a prompt of many rows takes minutes, and a step does not mind."""
    values = random.standard_normal((rows, text["kvHeads"], CONTEXT, text["headDim"]), dtype=np.float32)
    for state in request.query_state():
        state.state = ov.Tensor(values)


def decode(rows):
    past = CONTEXT

    def once():
        nonlocal past
        request = sequences(rows)
        if past >= CONTEXT + 32:
            fill(request, rows)
            past = CONTEXT
        taken = []
        for _ in range(1 + DECODE_STEPS):
            values = inputs(rows, 1, past)
            taken.append(median_ms(lambda values=values: request.infer(values, share_inputs=True, share_outputs=True)))
            past += 1
        return sorted(taken[1:])[DECODE_STEPS // 2]

    return once


@lru_cache(maxsize=None)
def prompt_request():
    return model.create_infer_request()


def prefill():
    request = prompt_request()
    values = inputs(1, PREFILL, 0)
    request.reset_state()
    return median_ms(lambda: request.infer(values, share_inputs=True, share_outputs=True))


cases = {f"decode-{rows}": decode(rows) for rows in (1, 2, 4, 8, 16)}
serve({"openvino": ov.__version__}, {**cases, f"prefill-{PREFILL}": prefill})
