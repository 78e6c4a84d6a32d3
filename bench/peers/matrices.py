"""Files of rows that all libraries read without parsing; the format is in bench/matrix_file.hpp.

Whole arrays are read, not mapped: else the first touch of each page would count as binning.
"""

import json
from pathlib import Path

import numpy as np


def read_matrix(path):
    header = json.loads(Path(path).with_suffix(".json").read_text())
    rows, features = header["rows"], header["features"]
    numbers = np.fromfile(path, np.float32)
    if numbers.size != rows * (features + 1):
        raise ValueError(f"{path} is not as its header says.")
    return numbers[: rows * features].reshape(rows, features), numbers[rows * features :]


def write_matrix(path, values, labels):
    with open(path, "wb") as file:
        np.ascontiguousarray(values, np.float32).tofile(file)
        np.ascontiguousarray(labels, np.float32).tofile(file)
    Path(path).with_suffix(".json").write_text(json.dumps({"rows": len(values), "features": values.shape[1]}))
