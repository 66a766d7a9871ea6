"""llama.cpp with random weights of the language model's sizes: `llama-bench` does the timing, on a file that is made once."""

from subject import CONTEXT, PREFILL, read_arguments, serve  # first: see there

import json
import os
import shutil
import subprocess
from importlib.metadata import version

import gguf
import numpy as np

arguments = read_arguments(form=["q8_0", "q4_0"])
text = arguments.sizes["text"]
codes = arguments.sizes["codec"]["codebookSize"]  # as its vocabulary: its head is then about as large as ours
TYPES = {"q8_0": (gguf.GGMLQuantizationType.Q8_0, 32), "q4_0": (gguf.GGMLQuantizationType.Q4_0, 16)}
DECODE_TOKENS = 4
random = np.random.default_rng(1)


def blocks(rows, columns):
    """Random blocks of 32 weights: a scale in half precision, then the weights."""
    _, size = TYPES[arguments.form]
    made = random.integers(0, 256, (rows * columns // 32, 2 + size), dtype=np.uint8)
    made[:, :2] = np.frombuffer(np.float16(1e-4).tobytes(), np.uint8)
    return made.reshape(rows, -1)


def tensors():
    hidden, inner = text["hiddenSize"], text["intermediateSize"]
    keys = text["kvHeads"] * text["headDim"]
    yield "token_embd", (codes, hidden)
    yield "output", (codes, hidden)
    yield "output_norm", (hidden,)
    for layer in range(text["layers"]):
        for name, dims in {
            "attn_norm": (hidden,),
            "attn_q": (text["heads"] * text["headDim"], hidden),
            "attn_k": (keys, hidden),
            "attn_v": (keys, hidden),
            "attn_output": (hidden, text["heads"] * text["headDim"]),
            "ffn_norm": (hidden,),
            "ffn_gate": (inner, hidden),
            "ffn_up": (inner, hidden),
            "ffn_down": (hidden, inner),
        }.items():
            yield f"blk.{layer}.{name}", dims


def write(path):
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(text["contextTokens"])
    writer.add_embedding_length(text["hiddenSize"])
    writer.add_block_count(text["layers"])
    writer.add_feed_forward_length(text["intermediateSize"])
    writer.add_head_count(text["heads"])
    writer.add_head_count_kv(text["kvHeads"])
    writer.add_layer_norm_rms_eps(text["rmsNormEps"])
    writer.add_rope_dimension_count(text["headDim"])
    writer.add_vocab_size(codes)
    writer.add_tokenizer_model("no_vocab")
    for name, dims in tensors():
        if len(dims) == 1:
            writer.add_tensor(name + ".weight", np.ones(dims, np.float32))
        else:
            writer.add_tensor(name + ".weight", blocks(*dims), raw_dtype=TYPES[arguments.form][0])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def model():
    sizes = "-".join(str(text[name]) for name in ("hiddenSize", "layers", "heads", "intermediateSize"))
    path = os.path.join(arguments.cache, f"llama-cpp-{arguments.form}-{sizes}-{codes}.gguf")
    if not os.path.exists(path):
        write(path + ".part")
        os.rename(path + ".part", path)
    return path


path = model()


def bench(*options):
    """Nanoseconds that llama-bench says a test took, on average of its repetitions."""
    command = ["llama-bench", "-m", path, "-t", str(arguments.threads), "-r", "3", "-o", "json", *options]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)[0]["avg_ns"]


cases = {
    "decode-1": lambda: bench("-p", "0", "-n", str(DECODE_TOKENS), "-d", str(CONTEXT)) / DECODE_TOKENS / 1e6,
    f"prefill-{PREFILL}": lambda: bench("-p", str(PREFILL), "-n", "0") / 1e6,
}
serve({"llama-bench": shutil.which("llama-bench"), "gguf": version("gguf")}, cases)
