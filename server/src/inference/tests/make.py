"""Make the models that the tests of loading read, in the folder of this file.

    pip install -r server/model/requirements.txt
    python make.py
"""

from pathlib import Path

from onnx import TensorProto, helper

HERE = Path(__file__).parent


def make(name, nodes, features=3):
    """A graph from X to Y in a file."""

    def value(name, width):
        shape = [None, width]
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    graph = helper.make_graph(
        nodes, name, [value("X", features)], [value("Y", 1)]
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    (HERE / f"{name}.onnx").write_bytes(model.SerializeToString())


node = helper.make_node
total = node("ReduceSum", ["X"], ["Y"], keepdims=1)
make("sum", [total])
make("four-features", [total], features=4)
make("three-answers", [node("Identity", ["X"], ["Y"])])
make(
    "unsupported",
    [
        node("SVMRegressor", ["X"], ["M"], domain="ai.onnx.ml"),
        node("Frobnicate", ["M"], ["Y"]),
    ],
)
make(
    "logarithm",
    [node("Log", ["X"], ["M"]), node("ReduceSum", ["M"], ["Y"], keepdims=1)],
)
