#include "loss/trace/loss_terms.hpp"

#include <cmath>
#include <linden/ops.hpp>
#include <optional>
#include <string_view>

#include "autograd/obstacle.hpp"

namespace linden {
namespace {

/// A number that does not depend on the rows, if the operand is one.
std::optional<double> fixed_number(const Tensor& t) {
  if (TensorAccess::node(t) || t.elements() != 1) return std::nullopt;
  return cast(t.detach(), DType::f64).item();
}

bool is_sum_over_rows(const Node& node, std::int64_t rows) {
  if (std::string_view(node.name()) != "sum" || !TensorAccess::node(node.traced->operands[0])) return false;
  const Shape& from = node.traced->operands[0].shape();
  return from.rank() > 0 && from[0] == rows && node.traced->shape.elements() == 1;
}

/// Takes one loss in all apart: sums over rows, times numbers, added up. False where it is anything else.
bool take_apart(const Node& node, double factor, bool is_mean, std::int64_t rows, std::vector<Term>& terms) {
  if (!node.traced) return false;
  const std::vector<Tensor>& operands = node.traced->operands;
  const auto inner = [&](std::size_t i, double by, bool mean) {
    const Node* const from = TensorAccess::node(operands[i]).get();
    return from && take_apart(*from, factor * by, mean, rows, terms);
  };
  if (is_sum_over_rows(node, rows)) {
    terms.push_back({TensorAccess::node(operands[0]).get(), factor, true, is_mean});
    return true;
  }
  switch (node.op().code) {
    case OpCode::identity:
    case OpCode::squeeze:
    case OpCode::unsqueeze: return inner(0, 1, is_mean);
    case OpCode::unary: return node.op().a == op_number<Neg>(UnaryOps()) && inner(0, -1, is_mean);
    case OpCode::binary: break;
    default: return false;
  }
  const std::int64_t op = node.op().a;
  const std::optional<double> left = fixed_number(operands[0]), right = fixed_number(operands[1]);
  if (op == op_number<Mul>(BinaryOps()) && left) return inner(1, *left, is_mean);
  if (op == op_number<Mul>(BinaryOps()) && right) return inner(0, *right, is_mean);
  if (op == op_number<Div>(BinaryOps()) && right && *right != 0) {
    const auto count = static_cast<double>(rows);  // mean() divides by how many there are
    if (!is_mean && std::fmod(*right, count) == 0) return inner(0, 1 / (*right / count), true);
    return inner(0, 1 / *right, is_mean);
  }
  if (left || right) return false;
  if (op == op_number<Add>(BinaryOps())) return inner(0, 1, is_mean) && inner(1, 1, is_mean);
  if (op == op_number<Sub>(BinaryOps())) return inner(0, 1, is_mean) && inner(1, -1, is_mean);
  return false;
}

}  // namespace

std::vector<Term> terms_of(const Node& result, const Shape& shape, std::int64_t rows, Reduction& reduction) {
  if (shape == Shape{rows}) return {{&result}};
  std::vector<Term> terms;
  if (!take_apart(result, 1, false, rows, terms)) obstacle("it gives one loss for all rows");
  reduction = terms[0].is_mean ? Reduction::mean : Reduction::sum;
  for (const Term& term : terms)
    if (term.is_mean != terms[0].is_mean) obstacle("it adds sums over rows to means");
  return terms;
}

}  // namespace linden
