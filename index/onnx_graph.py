"""`build`: BERT's sentence encoder as an ONNX graph of fused operators, straight from its safetensors.

One text a run, without padding: no mask, and a vector depends on its text alone. The operators are ONNX
Runtime's own (domain com.microsoft): Attention, SkipLayerNormalization, BiasGelu, DynamicQuantizeMatMul.

In int8 the weights have 7 bits, one scale an output column, and activations 8 bits, one scale a text: a sum
of two products then fits the 16 bits that AVX2 gives it. What is quantised was chosen by what it costs (least
cosine of 18 texts to float32, MiniLM): the end of attention .9996, the first half of each feed-forward block
.998, its second half .993 if all are taken, whose input has single channels twenty times the others in the
early layers: so only in the later half of the layers. Query, key and value (.998) stay in float32: with them
"pump" alone fell to .9947. All of it together would be .989.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_OWN = "com.microsoft"
_LEVELS = 64


def build(
    weights: Mapping[str, NDArray[np.float32]], *, heads: int, epsilon: float, quantised: bool
) -> bytes:
    """Return the serialised model: `input_ids` (1, n) of int64 to `vector` (1, dim), of length 1.

    `weights` are named as in Hugging Face's BertModel. Raises KeyError for one that is missing.
    """
    graph = _Graph(weights, epsilon)
    x = graph.embeddings()
    layers = 0
    while f"encoder.layer.{layers}.output.dense.weight" in weights:
        layers += 1
    for layer in range(layers):
        late = quantised and layer >= layers // 2
        x = graph.layer(x, f"encoder.layer.{layer}.", heads, quantised=quantised, late=late)
    mean = graph.node("ReduceMean", [x], axes=[1], keepdims=0)
    graph.node("LpNormalization", [mean], to="vector", axis=1, p=2)
    return graph.serialised()


class _Graph:
    """Nodes and constants, collected in order."""

    def __init__(self, weights: Mapping[str, NDArray[np.float32]], epsilon: float) -> None:
        self.weights = weights
        self.epsilon = epsilon
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def embeddings(self) -> str:
        table = self.weights["embeddings.position_embeddings.weight"]
        positions = self.constant(table + self.weights["embeddings.token_type_embeddings.weight"][0])
        words = self.constant(self.weights["embeddings.word_embeddings.weight"])
        zero = self.constant(np.array([0], np.int64))
        size = self.node("Shape", ["input_ids"], start=1, end=2)
        near = self.node("Slice", [positions, zero, size, zero])
        both = self.node("Add", [self.node("Gather", [words, "input_ids"], axis=0), near])
        scale, shift = self.pair("embeddings.LayerNorm")
        return self.node("LayerNormalization", [both, scale, shift], axis=-1, epsilon=self.epsilon)

    def layer(self, x: str, at: str, heads: int, *, quantised: bool, late: bool) -> str:
        parts = [f"{at}attention.self.{name}" for name in ("query", "key", "value")]
        weight = self.constant(np.concatenate([self.weights[f"{part}.weight"].T for part in parts], axis=1))
        bias = self.constant(np.concatenate([self.weights[f"{part}.bias"] for part in parts]))
        seen = self.node("Attention", [x, weight, bias], _OWN, num_heads=heads)
        x = self.closed(x, seen, f"{at}attention.output.", quantised=quantised)
        wide = self.product(x, self.weights[f"{at}intermediate.dense.weight"].T, quantised=quantised)
        bent = self.node(
            "BiasGelu", [wide, self.constant(self.weights[f"{at}intermediate.dense.bias"])], _OWN
        )
        return self.closed(x, bent, f"{at}output.", quantised=late)

    def closed(self, x: str, inner: str, at: str, *, quantised: bool) -> str:
        """Return the end of a block: a product, added to what went in, and normalised."""
        made = self.product(inner, self.weights[f"{at}dense.weight"].T, quantised=quantised)
        scale, shift = self.pair(f"{at}LayerNorm")
        bias = self.constant(self.weights[f"{at}dense.bias"])
        inputs = [made, x, scale, shift, bias]
        return self.node("SkipLayerNormalization", inputs, _OWN, epsilon=self.epsilon)

    def product(self, x: str, weight: NDArray[np.float32], *, quantised: bool) -> str:
        if not quantised:
            return self.node("MatMul", [x, self.constant(weight)])
        scale = np.maximum(np.abs(weight).max(axis=0), 1e-9).astype(np.float32) / _LEVELS
        whole = np.rint(weight / scale).astype(np.int8)
        return self.node("DynamicQuantizeMatMul", [x, self.constant(whole), self.constant(scale)], _OWN)

    def pair(self, name: str) -> tuple[str, str]:
        return self.constant(self.weights[f"{name}.weight"]), self.constant(self.weights[f"{name}.bias"])

    def constant(self, value: NDArray[Any]) -> str:
        from onnx import numpy_helper  # noqa: PLC0415 - an extra

        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind: str, inputs: list[str], domain: str = "", *, to: str = "", **options: Any) -> str:  # noqa: ANN401 - an operator's attributes
        from onnx import helper  # noqa: PLC0415 - an extra

        output = to or f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **options))
        return output

    def serialised(self) -> bytes:
        from onnx import TensorProto, helper  # noqa: PLC0415 - an extra

        given = helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "n"])
        made = helper.make_tensor_value_info("vector", TensorProto.FLOAT, [1, "dim"])
        graph = helper.make_graph(self.nodes, "encoder", [given], [made], self.constants)
        sets = [helper.make_opsetid("", 17), helper.make_opsetid(_OWN, 1)]
        model: bytes = helper.make_model(graph, opset_imports=sets, ir_version=9).SerializeToString()
        return model
