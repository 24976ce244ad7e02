"""Train the model that Colophon ships, and write it as ONNX.

The model answers y = 2*feature1 + 1.5*feature2 + 0.5*feature3, which a linear
regression learns from a thousand points. The server does not need this script:
what it writes is kept beside it.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    venv/bin/python train.py linear.onnx

The same versions write the same bytes.
"""

import sys

import numpy as np
from onnx.checker import check_model
from skl2onnx import to_onnx
from sklearn.linear_model import LinearRegression

WEIGHTS = np.array([2.0, 1.5, 0.5])
POINTS = 1000
SEED = 20261123


def trained():
    """A regression that has seen exact points, without an intercept."""
    points = np.random.default_rng(SEED).uniform(-100, 100, (POINTS, 3))
    model = LinearRegression(fit_intercept=False)
    return model.fit(points, points @ WEIGHTS)


def exported(model):
    """The model as ONNX: N rows of three 32-bit floats in, N of one out."""
    example = np.zeros((1, 3), dtype=np.float32)
    onnx = to_onnx(model, example, name="linear")
    onnx.doc_string = "y = 2*feature1 + 1.5*feature2 + 0.5*feature3"
    check_model(onnx)
    return onnx.SerializeToString()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: train.py FILE")
    with open(sys.argv[1], "wb") as file:
        file.write(exported(trained()))
