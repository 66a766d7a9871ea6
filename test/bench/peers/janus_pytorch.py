"""PyTorch with Hugging Face's Janus in bf16 and random weights, as its users run it: eager, inference mode, all cores."""

from subject import CONTEXT, DECODE_STEPS, PREFILL, median_ms, read_arguments, serve  # first: see there

from functools import lru_cache

import torch
import transformers
from transformers import DynamicCache, JanusForConditionalGeneration, StaticCache

from janus_config import janus_config

arguments = read_arguments()
torch.set_num_threads(arguments.threads)
inference = torch.inference_mode()
text = arguments.sizes["text"]
model = JanusForConditionalGeneration._from_config(janus_config(arguments.sizes), dtype=torch.bfloat16).eval()
body, head = model.model.language_model, model.model.generation_head


def random(*dims):
    return torch.randn(*dims, dtype=torch.bfloat16)


def filled(cache, rows):
    """Keys and values of the context, in every layer."""
    dims = (rows, text["kvHeads"], CONTEXT, text["headDim"])
    for layer in range(text["layers"]):
        cache.update(random(*dims), random(*dims), layer)
    return cache


def new_dynamic(rows):
    return filled(DynamicCache(config=body.config), rows)


def new_static(rows):
    return filled(StaticCache(config=body.config, max_cache_len=CONTEXT + 64), rows)


def rewind(cache):
    """Makes the cache end at the context again."""
    excess = int(cache.get_seq_length()) - CONTEXT
    if excess:
        cache.crop(-excess)


def step(cache, embeddings):
    positions = torch.full((1, 1), CONTEXT).expand(embeddings.shape[0], 1)
    hidden = body(inputs_embeds=embeddings, cache=cache, position_ids=positions, use_cache=True).last_hidden_state
    head(hidden[:, -1])


def time_steps(cache, embeddings):
    def once():
        rewind(cache)
        return median_ms(lambda: step(cache, embeddings))

    once()  # warm-up
    taken = sorted(once() for _ in range(DECODE_STEPS))
    return taken[len(taken) // 2]


@lru_cache(maxsize=1)  # one case after another
def decoder(rows):
    """The faster of the two kinds of cache for so many rows."""
    embeddings = random(rows, 1, text["hiddenSize"])
    caches = [new_dynamic(rows), new_static(rows)]
    for cache in caches:
        time_steps(cache, embeddings)  # warm-up
    best = min(caches, key=lambda cache: time_steps(cache, embeddings))
    print(f"decode of {rows}: {type(best).__name__}", flush=True)
    return best, embeddings


def decode(rows):
    return lambda: time_steps(*decoder(rows))


prompt = random(1, PREFILL, text["hiddenSize"])


def prefill():
    return median_ms(lambda: body(inputs_embeds=prompt, cache=DynamicCache(config=body.config), use_cache=True))


pixels = random(1, 3, arguments.sizes["vision"]["imageSize"], arguments.sizes["vision"]["imageSize"])


def siglip():
    return median_ms(lambda: model.model.vision_model(pixels))


codes = torch.randint(arguments.sizes["codec"]["codebookSize"], (1, arguments.sizes["codec"]["grid"] ** 2))


@lru_cache(maxsize=None)
def codec():
    """The decoder in the faster of the two memory formats."""
    vq = model.model.vqmodel
    taken = {}
    for layout in (torch.contiguous_format, torch.channels_last):
        vq.to(memory_format=layout)
        vq.decode(codes)  # warm-up
        taken[layout] = median_ms(lambda: vq.decode(codes))
    best = min(taken, key=taken.get)
    print(f"vq-decode: {best}", flush=True)
    return vq.to(memory_format=best)


def vq_decode():
    vq = codec()
    return median_ms(lambda: vq.decode(codes))


cases = {f"decode-{rows}": decode(rows) for rows in (1, 2, 4, 8, 16)}
cases.update({f"prefill-{PREFILL}": prefill, "siglip": siglip, "vq-decode": vq_decode})
serve({"torch": torch.__version__, "transformers": transformers.__version__}, {name: inference(run) for name, run in cases.items()})
