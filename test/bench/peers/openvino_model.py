"""
Janus's language model with the image head as an OpenVINO model: keys and values are its state, weights are compressed as
optimum-intel does by default (int8: all linears, a scale a row; int4: symmetric, groups of 128, the head in int8).
"""

import gc

import nncf
import openvino as ov
import torch
from openvino._offline_transformations import apply_make_stateful_transformation
from openvino import opset13 as op
from torch import nn
from torch.nn import functional as F

GROUP = 128


class Norm(nn.Module):
    def __init__(self, width, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x):
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps))


def rotate_half(x):
    half = x.shape[-1] // 2
    return torch.cat((-x[..., half:], x[..., :half]), dim=-1)


class Layer(nn.Module):
    def __init__(self, text):
        super().__init__()
        hidden, inner = text["hiddenSize"], text["intermediateSize"]
        self.heads, self.width = text["heads"], text["headDim"]
        self.q, self.k, self.v, self.o = (nn.Linear(hidden, hidden, bias=False) for _ in range(4))
        self.gate, self.up = (nn.Linear(hidden, inner, bias=False) for _ in range(2))
        self.down = nn.Linear(inner, hidden, bias=False)
        self.norm1, self.norm2 = (Norm(hidden, text["rmsNormEps"]) for _ in range(2))

    def split(self, x):
        return x.view(x.shape[0], x.shape[1], self.heads, self.width).transpose(1, 2)

    def forward(self, x, cos, sin, mask, past_k, past_v):
        h = self.norm1(x)
        q, k, v = (self.split(linear(h)) for linear in (self.q, self.k, self.v))
        q = q * cos + rotate_half(q) * sin
        k = k * cos + rotate_half(k) * sin
        k, v = torch.cat((past_k, k), dim=2), torch.cat((past_v, v), dim=2)
        attended = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        x = x + self.o(attended.transpose(1, 2).reshape(x.shape))
        h = self.norm2(x)
        return x + self.down(F.silu(self.gate(h)) * self.up(h)), k, v


class ImageHead(nn.Module):
    def __init__(self, text, codes):
        super().__init__()
        self.proj_out = nn.Linear(text["hiddenSize"], text["hiddenSize"])
        self.vision_head = nn.Linear(text["hiddenSize"], codes)

    def forward(self, x):
        return self.vision_head(F.gelu(self.proj_out(x)))


class Body(nn.Module):
    """inputs_embeds, position ids, mask of the keys, then k and v of each layer → logits of the last token, then k and v."""

    def __init__(self, text, codes):
        super().__init__()
        self.layers = nn.ModuleList(Layer(text) for _ in range(text["layers"]))
        self.norm = Norm(text["hiddenSize"], text["rmsNormEps"])
        self.head = ImageHead(text, codes)
        inverse = 1.0 / text["ropeTheta"] ** (torch.arange(0, text["headDim"], 2).float() / text["headDim"])
        self.register_buffer("inverse", inverse[None, :, None])

    def forward(self, embeddings, positions, mask, *past):
        angles = (self.inverse.expand(positions.shape[0], -1, 1) @ positions[:, None, :].float()).transpose(1, 2)
        angles = torch.cat((angles, angles), dim=-1)
        cos, sin = angles.cos().unsqueeze(1), angles.sin().unsqueeze(1)
        causal = causal_mask(positions, mask)
        x, new = embeddings, []
        for index, layer in enumerate(self.layers):
            x, k, v = layer(x, cos, sin, causal, past[2 * index], past[2 * index + 1])
            new += [k, v]
        return (self.head(self.norm(x[:, -1:])), *new)


def causal_mask(positions, mask):
    """0 where a query may look, the smallest number elsewhere. [rows, 1, queries, keys]"""
    keys = torch.arange(mask.shape[1])
    allowed = (keys[None, None, None, :] <= positions[:, None, :, None]) & (mask[:, None, None, :] > 0)
    return torch.where(allowed, 0.0, torch.finfo(torch.float32).min)


def convert(text, codes):
    """The model, traced, its caches still inputs and outputs."""
    torch.manual_seed(1)
    body = Body(text, codes).eval()
    for parameter in body.parameters():
        if parameter.dim() == 2:
            nn.init.uniform_(parameter, -1.7 / parameter.shape[1] ** 0.5, 1.7 / parameter.shape[1] ** 0.5)
    past = [torch.zeros(2, text["kvHeads"], 3, text["headDim"]) for _ in range(2 * text["layers"])]
    example = (torch.zeros(2, 4, text["hiddenSize"]), torch.arange(3, 7).expand(2, 4), torch.ones(2, 7, dtype=torch.int64), *past)
    model = ov.convert_model(body, example_input=example)
    shapes = [[-1, -1, text["hiddenSize"]], [-1, -1], [-1, -1]] + [[-1, text["kvHeads"], -1, text["headDim"]]] * len(past)
    model.reshape(dict(zip(model.inputs, map(ov.PartialShape, shapes))))
    return model


def name_ports(model, layers):
    names = [f"past.{layer}.{part}" for layer in range(layers) for part in "kv"]
    for port, name in zip(model.inputs, ["embeddings", "positions", "mask", *names]):
        port.get_tensor().set_names({name})
    for port, name in zip(model.outputs, ["logits", *(f"new.{name}" for name in names)]):
        port.get_tensor().set_names({name})
    return names


def reorder_caches(model, names):
    """Puts a Gather over `beam_idx` behind each cache: the form in which the CPU plugin recognises attention with a state."""
    beams = op.parameter([-1], ov.Type.i32, name="beam_idx")
    beams.output(0).get_tensor().add_names({"beam_idx"})
    model.add_parameters([beams])
    axis = op.constant(0, ov.Type.i64)
    for name in names:
        cache = model.input(name)
        users = cache.get_target_inputs()
        gathered = op.gather(cache, beams, axis)
        for user in users:
            user.replace_source_output(gathered.output(0))
    model.validate_nodes_and_infer_types()


def start_empty(model):
    """Lets every cache begin with no positions, and as many rows as the embeddings have."""
    rows = op.gather(op.shape_of(model.input("embeddings")), op.constant([0], ov.Type.i64), op.constant(0, ov.Type.i64))
    zero = op.constant(0.0, ov.Type.f32)
    for node in model.get_ops():
        if node.get_type_name() != "ReadValue":
            continue
        _, heads, _, width = (dim.min_length for dim in node.get_output_partial_shape(0))
        shape = op.concat([rows, op.constant([heads, 0, width], ov.Type.i64)], 0)
        node.set_arguments([op.broadcast(zero, shape)])
    model.validate_nodes_and_infer_types()


def build(text, codes, form):
    """
    The model, stateful and compressed.

    form: "int8" or "int4"
    """
    model = convert(text, codes)
    gc.collect()
    names = name_ports(model, text["layers"])
    reorder_caches(model, names)
    apply_make_stateful_transformation(model, {name: f"new.{name}" for name in names})
    start_empty(model)
    if form == "int8":
        return nncf.compress_weights(model, mode=nncf.CompressWeightsMode.INT8_ASYM)
    return nncf.compress_weights(model, mode=nncf.CompressWeightsMode.INT4_SYM, group_size=GROUP, ratio=1.0)
