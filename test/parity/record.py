"""Records what Hugging Face's own JanusForConditionalGeneration answers and draws with models/tiny-shapes.

    pip install 'torch==2.13.*' 'transformers==5.23.*' 'pillow<13'
    python test/parity/record.py            # writes test/parity/tiny-shapes.json

Greedy in both directions, f32, guidance weight 5. The file is what the mesh is compared with; it is never made from the mesh.
"""
import json
import sys
from pathlib import Path

import torch
import transformers
from PIL import Image
from transformers import AutoTokenizer, JanusForConditionalGeneration, JanusProcessor

HERE = Path(__file__).parent
CHECKPOINT = HERE.parent.parent / "models" / "tiny-shapes"
PROMPTS = [
    "a red circle",
    "three purple diamonds",
    "a yellow ring above a blue square",
    "two red hearts and a blue ring",
    "a black cross to the left of a pink heart",
    "a green star",
]
QUESTIONS = [
    ("star-above-circle", "Describe the image."),
    ("star-above-circle", "Is the red star above the blue circle?"),
    ("star-above-circle", "Is there a green ring?"),
    ("star-above-circle", "What color is the star?"),
    ("three-hearts", "Describe the image."),
    ("three-hearts", "How many hearts are there?"),
    ("ring-cross-diamond", "Describe the image."),
    ("ring-cross-diamond", "What shape is black?"),
    ("lone-square", "Describe the image."),
    ("lone-square", "Where is the purple square?"),
]


def main() -> None:
    torch.set_num_threads(1)
    tokenizer = AutoTokenizer.from_pretrained(CHECKPOINT)
    processor = JanusProcessor.from_pretrained(CHECKPOINT)
    model = JanusForConditionalGeneration.from_pretrained(CHECKPOINT, dtype=torch.float32).eval()

    def inputs(parts, mode, pictures=None):
        messages = [{"role": "user", "content": parts}]
        prompt = processor.apply_chat_template(messages, add_generation_prompt=True)
        return processor(text=prompt, images=pictures, generation_mode=mode, return_tensors="pt")

    drawings = []
    for prompt in PROMPTS:
        given = inputs([{"type": "text", "text": prompt}], "image")
        out = model.generate(**given, generation_mode="image", do_sample=False, guidance_scale=5.0, use_cache=True)
        codes = out[:, -36:]
        pixels = model.decode_image_tokens(codes)[0].detach().float()
        if pixels.shape[0] == 3:
            pixels = pixels.permute(1, 2, 0)
        rgb = ((pixels + 1) / 2 * 255).clamp(0, 255).to(torch.uint8)
        drawings.append(
            {"prompt": prompt, "prompt_ids": given["input_ids"][0].tolist(), "code_ids": codes[0].tolist(), "mean_rgb": rgb.float().mean((0, 1)).tolist()}
        )

    answers = []
    for picture, question in QUESTIONS:
        image = Image.open(CHECKPOINT / "pictures" / f"{picture}.png").convert("RGB")
        given = inputs([{"type": "image"}, {"type": "text", "text": question}], "text", [image])
        start = given["input_ids"].shape[1]
        ids = model.generate(**given, generation_mode="text", do_sample=False, max_new_tokens=40)[0][start:].tolist()
        answers.append({"picture": picture, "question": question, "prompt_ids": given["input_ids"][0].tolist(), "token_ids": ids, "text": tokenizer.decode(ids, skip_special_tokens=True)})

    result = {
        "made_with": {"torch": torch.__version__, "transformers": transformers.__version__, "python": sys.version.split()[0]},
        "guidance_weight": 5.0,
        "drawings": drawings,
        "answers": answers,
    }
    (HERE / "tiny-shapes.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
