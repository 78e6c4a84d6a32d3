// Products of matrices, and what solves with them: matmul, Cholesky factors, triangular systems.
//
//     Tensor normal = matmul(x.transpose(0, 1), x) + l2 * eye(features);     // no copy is made of the transposed x
//     Tensor l = cholesky(normal);
//     Tensor w = cholesky_solve(matmul(x.transpose(0, 1), y), l);
//
// Everything has derivatives of every order. Whole numbers are taken as f64; f32 meets f64 in f64 (the table of
// ops.hpp). matmul works on batches, the others on single matrices.
#pragma once

#include <linden/error.hpp>
#include <linden/export.hpp>
#include <linden/tensor.hpp>

namespace linden {

/// The matrix product as in NumPy: [m, k] x [k, n] is [m, n]; [m, k] x [k] is [m]; [k] x [k, n] is [n]; [k] x [k] is a
/// scalar; dimensions before the last two are batches, which broadcast. Throws ShapeError for shapes that do not fit.
LINDEN_API Tensor matmul(const Tensor& a, const Tensor& b);
/// The sum of products of two vectors of one length.
LINDEN_API Tensor dot(const Tensor& a, const Tensor& b);
/// The product of every element of `a` [n] with every one of `b` [m]: [n, m].
LINDEN_API Tensor outer(const Tensor& a, const Tensor& b);

/// The lower triangular matrix l with l l^T = (a + a^T) / 2, which is `a` where that is symmetric as it should be: its
/// derivative is symmetric too. Throws ShapeError unless `a` is square, ArgumentError naming the first pivot that is
/// not positive.
LINDEN_API Tensor cholesky(const Tensor& a);

struct TriangularOptions {
  bool upper = false;      ///< t is upper triangular; its other half is never read
  bool transpose = false;  ///< solve with t^T
};
/// x with t x = b, for b [n] or [n, m]. Throws ShapeError for shapes that do not fit, ArgumentError naming the first 0
/// on the diagonal.
LINDEN_API Tensor solve_triangular(const Tensor& t, const Tensor& b, const TriangularOptions& options = {});
/// x with l l^T x = b, for l = cholesky(a): the solution of a x = b.
LINDEN_API Tensor cholesky_solve(const Tensor& b, const Tensor& l);

/// Ones on the diagonal of [n, n], zeros elsewhere.
LINDEN_API Tensor eye(std::int64_t n, DType dtype = DType::f64, Device device = Device::cpu());
template <NotWhole T>
Tensor eye(T, DType = DType::f64, Device = Device::cpu()) = delete;
/// Elements [0, 0], [1, 1], ... of a matrix, as a view.
LINDEN_API Tensor diagonal(const Tensor& x);
/// A matrix with zeros above its diagonal, or (triu) below it. Whatever stood there, NaN too, is gone.
LINDEN_API Tensor tril(const Tensor& x);
LINDEN_API Tensor triu(const Tensor& x);

}  // namespace linden
