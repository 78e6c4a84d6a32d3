// Functions of tensors, transformed: each runs the function on fresh variables and reads the tape.
#include <linden/autograd.hpp>
#include <linden/ops.hpp>

#include "tensor/node.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"

namespace linden {
namespace {

std::vector<Tensor> variables(const std::vector<Tensor>& xs) {
  std::vector<Tensor> fresh;
  for (const Tensor& x : xs) fresh.push_back(x.detach().set_requires_grad());
  return fresh;
}

template <class Any>
void check_callable(const char* where, const Any& f) {
  if (!f) fail<ArgumentError>("{}: the function is empty.", where);
}

FunctionOfMany of_many(const Function& f) {
  return [&f](const std::vector<Tensor>& xs) { return f(xs[0]); };
}

void check_direction(const char* where, const Tensor& v, const Shape& shape) {
  if (v.shape() != shape)
    fail<ShapeError>("{}: v has shape {}, but it must have {}.", where, v.shape().text(), shape.text());
}

}  // namespace

std::pair<Tensor, std::vector<Tensor>> value_and_grad(const FunctionOfMany& f, const std::vector<Tensor>& xs) try {
  check_callable("value_and_grad", f);
  const TapeScope scope(TapeMode::on);
  const std::vector<Tensor> at = variables(xs);
  const Tensor y = f(at);
  if (!y.requires_grad()) {  // a constant
    std::vector<Tensor> zeros;
    for (const Tensor& x : xs) zeros.push_back(Tensor::zeros(x.shape(), x.dtype(), x.device()));
    return {y, zeros};
  }
  return {y.detach(), grad(y, at)};
} catch (const std::bad_alloc&) {
  fail_out_of_memory("value_and_grad");
}

std::pair<Tensor, Tensor> value_and_grad(const Function& f, const Tensor& x) try {
  check_callable("value_and_grad", f);
  auto [value, gradients] = value_and_grad(of_many(f), {x});
  return {value, gradients[0]};
} catch (const std::bad_alloc&) {
  fail_out_of_memory("value_and_grad");
}

std::pair<Tensor, Tensor> vjp(const Function& f, const Tensor& x, const Tensor& v) try {
  check_callable("vjp", f);
  const TapeScope scope(TapeMode::on);
  const Tensor at = x.detach().set_requires_grad();
  const Tensor y = f(at);
  check_direction("vjp", v, y.shape());
  if (!y.requires_grad()) return {y, Tensor::zeros(x.shape(), x.dtype(), x.device())};
  return {y.detach(), grad(y, {at}, v.detach())[0]};
} catch (const std::bad_alloc&) {
  fail_out_of_memory("vjp");
}

std::pair<Tensor, Tensor> jvp(const Function& f, const Tensor& x, const Tensor& v) try {
  check_callable("jvp", f);
  check_direction("jvp", v, x.shape());
  const TapeScope scope(TapeMode::on);
  const Tensor at = x.detach().set_requires_grad();
  const Tensor y = f(at);
  const Tensor zero = Tensor::zeros(y.shape(), y.dtype(), y.device());
  if (!y.requires_grad()) return {y, zero};
  // u^T J is linear in u, and its derivative in u along v is J v.
  const Tensor u = Tensor::zeros(y.shape(), y.dtype(), y.device()).set_requires_grad();
  const Tensor back = grad(y, {at}, u, {.create_graph = true})[0];
  return {y.detach(), back.requires_grad() ? grad(back, {u}, v.detach())[0] : zero};
} catch (const std::bad_alloc&) {
  fail_out_of_memory("jvp");
}

Tensor hvp(const Function& f, const Tensor& x, const Tensor& v) try {
  check_callable("hvp", f);
  check_direction("hvp", v, x.shape());
  const TapeScope scope(TapeMode::on);
  const Tensor at = x.detach().set_requires_grad();
  const Tensor y = f(at);
  const Tensor zero = Tensor::zeros(x.shape(), x.dtype(), x.device());
  if (!y.requires_grad()) return zero;
  const Tensor gradient = grad(y, {at}, {.create_graph = true})[0];
  return gradient.requires_grad() ? grad(gradient, {at}, v.detach())[0] : zero;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("hvp");
}

}  // namespace linden
