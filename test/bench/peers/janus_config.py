"""A bundle's sizes as transformers' configuration of Janus."""

from transformers import JanusConfig


def janus_config(sizes):
    text, vision, codec = sizes["text"], sizes["vision"], sizes["codec"]
    return JanusConfig(
        text_config={
            "model_type": "llama",
            "hidden_size": text["hiddenSize"],
            "num_hidden_layers": text["layers"],
            "num_attention_heads": text["heads"],
            "num_key_value_heads": text["kvHeads"],
            "head_dim": text["headDim"],
            "intermediate_size": text["intermediateSize"],
            "vocab_size": text["vocabSize"],
            "rms_norm_eps": text["rmsNormEps"],
            "max_position_embeddings": max(text["contextTokens"], 1024),
        },
        vision_config={
            "model_type": "janus_vision_model",
            "image_size": vision["imageSize"],
            "patch_size": vision["patchSize"],
            "hidden_size": vision["hiddenSize"],
            "num_hidden_layers": vision["layers"],
            "num_attention_heads": vision["heads"],
            "mlp_ratio": vision["intermediateSize"] / vision["hiddenSize"],
            "projection_dim": text["hiddenSize"],
            "depth": 2,
        },
        vq_config={
            "model_type": "janus_vqgan",
            "base_channels": codec["baseChannels"],
            "channel_multiplier": codec["channelMultiplier"],
            "num_res_blocks": codec["resBlocks"],
            "latent_channels": codec["latentChannels"],
            "embed_dim": codec["codeWidth"],
            "num_embeddings": codec["codebookSize"],
            "image_token_embed_dim": text["hiddenSize"],
            "projection_dim": text["hiddenSize"],
            "num_patches": codec["grid"],
        },
    )
