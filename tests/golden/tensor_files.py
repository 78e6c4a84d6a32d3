"""Writes tensor_files.json: files as NumPy and safetensors write them, in hexadecimal, for tests/tensor_file.

    python3 tests/golden/tensor_files.py > tests/golden/tensor_files.json

Needs NumPy and safetensors.
"""
import io
import json
import sys

import numpy as np
from safetensors.numpy import save


def npy(x, version=None):
    file = io.BytesIO()
    np.lib.format.write_array(file, x, version=version)
    return file.getvalue().hex()


def archive(write, **arrays):
    file = io.BytesIO()
    write(file, **arrays)
    return file.getvalue().hex()


matrix = np.array([[1.5, -2.0, 3.25], [0.0, np.inf, -1e-3]])
files = {
    "f8": npy(matrix),
    "f4_big": npy(matrix.astype(">f4")),
    "fortran": npy(np.asfortranarray(matrix)),
    "f2": npy(np.array([1.0, -0.5, 65504.0, 6e-8, np.inf], dtype=np.float16)),
    "i1": npy(np.array([-128, 127], dtype=np.int8)),
    "i2_big": npy(np.array([-300, 300], dtype=">i2")),
    "i4": npy(np.array([-5, 7], dtype=np.int32)),
    "i8": npy(np.array(-9007199254740993, dtype=np.int64)),
    "u1": npy(np.array([0, 255], dtype=np.uint8)),
    "u2": npy(np.array([65535], dtype=np.uint16)),
    "u4": npy(np.array([4294967295], dtype=np.uint32)),
    "u8": npy(np.array([9223372036854775807], dtype=np.uint64)),
    "u8_large": npy(np.array([9223372036854775808], dtype=np.uint64)),
    "bool": npy(np.array([True, False, True])),
    "empty": npy(np.zeros((0, 3), dtype=np.float32)),
    "complex": npy(np.zeros(1, dtype=complex)),
    "text": npy(np.array(["ab"])),
    "record": npy(np.zeros(1, dtype=[("a", "f8"), ("b", "i4")])),
    "version2": npy(np.array([1.0, 2.0]), version=(2, 0)),
    "npz": archive(np.savez, w=np.array([[1.0, 2.0]]), b=np.array([3], dtype=np.int32)),
    "npz_compressed": archive(np.savez_compressed, w=np.zeros(100), b=np.arange(3)),
    "safetensors": save(
        {
            "w": np.array([[1.0, 2.0]], dtype=np.float32),
            "b": np.array([3, -4], dtype=np.int64),
            "mask": np.array([True, False]),
        },
        metadata={"by": "safetensors"},
    ).hex(),
}
json.dump(files, sys.stdout, indent=0)
print()
