"""Folders of float64 arrays that Linden and Python's libraries read alike; bench/linear_rows.hpp reads them, too.

A folder has rows.json with {"rows": ..., "features": ..., "sparse": ..., "weighted": ...}; label.f64 and, where
"weighted", weight.f64; and values.f64, row-major, or for sparse rows offsets.i64, columns.i32 and values.f64.
"""

import json
from pathlib import Path

import numpy as np
from scipy import sparse


def write_rows(folder, x, label, weight=None):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    is_sparse = sparse.issparse(x)
    if is_sparse:
        x = sparse.csr_matrix(x)
        x.sort_indices()
        x.indptr.astype(np.int64).tofile(folder / "offsets.i64")
        x.indices.astype(np.int32).tofile(folder / "columns.i32")
    values = x.data if is_sparse else np.ascontiguousarray(x)
    values.astype(np.float64, copy=False).tofile(folder / "values.f64")
    np.asarray(label, np.float64).tofile(folder / "label.f64")
    if weight is not None:
        np.asarray(weight, np.float64).tofile(folder / "weight.f64")
    header = {"rows": x.shape[0], "features": x.shape[1], "sparse": is_sparse, "weighted": weight is not None}
    (folder / "rows.json").write_text(json.dumps(header))


def read_rows(folder):
    """The matrix as it was written (dense and row-major, or CSR), the label, and the weight or None."""
    folder = Path(folder)
    header = json.loads((folder / "rows.json").read_text())
    shape = header["rows"], header["features"]
    values = np.fromfile(folder / "values.f64", np.float64)
    if header["sparse"]:
        offsets = np.fromfile(folder / "offsets.i64", np.int64).astype(np.int32)
        x = sparse.csr_matrix((values, np.fromfile(folder / "columns.i32", np.int32), offsets), shape)
    else:
        x = values.reshape(shape)
    weight = np.fromfile(folder / "weight.f64", np.float64) if header["weighted"] else None
    return x, np.fromfile(folder / "label.f64", np.float64), weight


def in_form(x, form):
    """The same matrix as a library likes it: csr, csc, dense (row-major) or columns (column-major)."""
    if form in ("csr", "csc"):
        return sparse.csr_matrix(x) if form == "csr" else sparse.csc_matrix(x)
    dense = x.toarray() if sparse.issparse(x) else x
    return np.asfortranarray(dense) if form == "columns" else np.ascontiguousarray(dense)
