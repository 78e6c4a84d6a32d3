#include "loss/trace/program_builder.hpp"

#include <algorithm>
#include <bit>
#include <linden/ops.hpp>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>

#include "autograd/obstacle.hpp"

namespace linden {
namespace {

/// One element of every row, in row-major order of the dimensions after the first, each in a register.
struct Lanes {
  Shape shape;  ///< the tensor's: rows first
  std::vector<std::int32_t> registers;
};

/// A position in row-major order over the dimensions after the first of `out`, as a position in a tensor that
/// broadcasts to it, whose dimensions after the first have these strides.
std::int64_t position_in(const Shape& out, const Shape& strides, std::int64_t position) {
  std::int64_t found = 0;
  for (int d = out.rank() - 1; d > 0; --d) {
    found += position % out[d] * strides[d];
    position /= out[d];
  }
  return found;
}

/// Row-major strides of the dimensions after the first, 0 where size 1 broadcasts.
Shape lane_strides(const Shape& shape, const Shape& out) {
  Shape strides = out;
  std::int64_t step = 1;
  for (int d = out.rank() - 1; d > 0; --d) {
    strides[d] = shape[d] == 1 ? 0 : step;
    step *= shape[d];
  }
  return strides;
}

std::int64_t lanes_of(const Shape& shape) {
  std::int64_t lanes = 1;
  for (int d = 1; d < shape.rank(); ++d) lanes *= shape[d];
  return lanes;
}

class Builder {
 public:
  Builder(const TraceOptions& options, std::int64_t rows) : options_(options), rows_(rows) {
    program_.outputs = options.outputs;
    program_.parameters = options.parameters;
  }

  /// Nodes come before those that depend on them.
  void add(const Node& node) { lanes_[&node] = emit(node); }

  /// The program of the sum of these terms.
  RowProgram finish(std::span<const Term> terms) {
    const std::int32_t result = sum_of(terms);
    // Registers are numbered from 0 here, constants from `first_constant`, results from `first_result`.
    const std::int32_t constants = static_cast<std::int32_t>(constants_.size());
    const std::int32_t inputs = program_.outputs + 1 + program_.parameters;
    const auto placed = [&](std::int32_t r) {
      return r >= first_result     ? inputs + constants + (r - first_result)
             : r >= first_constant ? inputs + (r - first_constant)
                                   : r;
    };
    program_.constants = constants;
    std::copy(constants_.begin(), constants_.end(), program_.constant);
    for (std::int32_t i = 0; i < program_.instructions; ++i) {
      RowInstruction& in = program_.instruction[i];
      in.out = placed(in.out);
      in.a = placed(in.a);
      if (in.code == RowInstruction::Code::binary || in.code == RowInstruction::Code::where) in.b = placed(in.b);
      if (in.code == RowInstruction::Code::pick || in.code == RowInstruction::Code::where) in.c = placed(in.c);
    }
    program_.result = placed(result);
    program_.registers = inputs + constants + results_;
    if (program_.registers > RowProgram::most_registers)
      obstacle("it has more than {} values a row", RowProgram::most_registers);
    return program_;
  }

 private:
  std::int32_t binary(std::int16_t op, std::int32_t a, std::int32_t b) {
    RowInstruction in;
    in.code = RowInstruction::Code::binary;
    in.op = op;
    in.a = a;
    in.b = b;
    return append(in, 1);
  }

  std::int32_t sum_of(std::span<const Term> terms) {
    constexpr std::int16_t add = op_number<Add>(BinaryOps()), multiply = op_number<Mul>(BinaryOps());
    std::int32_t total = -1;
    for (const Term& term : terms) {
      const Lanes& lanes = lanes_.at(term.node);
      if (lanes.registers.size() != 1 && !term.is_reduced) obstacle("it has {} values a row", lanes.registers.size());
      std::int32_t sum = lanes.registers[0];
      for (std::size_t j = 1; j < lanes.registers.size(); ++j) sum = binary(add, sum, lanes.registers[j]);
      if (term.factor != 1) sum = binary(multiply, sum, constant(term.factor));
      total = total < 0 ? sum : binary(add, total, sum);
    }
    return total;
  }

  static constexpr std::int32_t first_constant = 1 << 16, first_result = 1 << 20;

  Lanes emit(const Node& node) {
    if (!node.traced) obstacle("it reads a tensor that is on the tape already");
    const Node::Traced& traced = *node.traced;
    const OpId& op = node.op();
    if (traced.shape.rank() == 0 || traced.shape[0] != rows_)
      obstacle("\"{}\" gives shape {}, which does not keep rows apart", op.name, traced.shape.text());
    switch (op.code) {
      case OpCode::variable: return variable(op.a, traced.shape);
      case OpCode::unary: return elementwise(node, RowInstruction::Code::unary, op.a);
      case OpCode::binary: return elementwise(node, RowInstruction::Code::binary, op.a);
      case OpCode::where: return elementwise(node, RowInstruction::Code::where, 0);
      case OpCode::cast: return converted(node, static_cast<DType>(op.a));
      case OpCode::identity: return {traced.shape, operand(node, 0).registers};
      case OpCode::unsqueeze:
      case OpCode::squeeze: return {traced.shape, inner(node, operand(node, 0)).registers};
      case OpCode::select: return selected(node);
      case OpCode::broadcast: return repeated(traced.shape, operand(node, 0));
      case OpCode::sum:
      case OpCode::logsumexp: return reduced(node);
      case OpCode::gather: return gathered(node);
      case OpCode::other: break;
    }
    obstacle("\"{}\" is no operation of row programs", op.name);
  }

  Lanes variable(std::int64_t number, const Shape& shape) const {
    Lanes lanes{shape, {}};
    if (number > 0) {
      lanes.registers = {static_cast<std::int32_t>(options_.outputs + number - 1)};
    } else {
      for (std::int32_t k = 0; k < options_.outputs; ++k) lanes.registers.push_back(k);
    }
    return lanes;
  }

  /// An operand that depends on the rows.
  const Lanes& operand(const Node& node, std::size_t i) const {
    const std::shared_ptr<Node>& from = TensorAccess::node(node.traced->operands[i]);
    if (!from) obstacle("\"{}\" reads a constant where it should read rows", node.name());
    return lanes_.at(from.get());
  }

  /// Views and reductions must leave the first dimension, the rows, alone.
  const Lanes& inner(const Node& node, const Lanes& lanes) const {
    if (node.op().a == 0) obstacle("\"{}\" is applied to the dimension of rows", node.name());
    return lanes;
  }

  /// The registers of operand i at every lane of the shape `out`.
  std::vector<std::int32_t> aligned(const Node& node, std::size_t i, const Shape& out) {
    const Tensor& t = node.traced->operands[i];
    std::vector<std::int32_t> registers;
    if (const std::shared_ptr<Node>& from = TensorAccess::node(t)) {
      const Lanes& lanes = lanes_.at(from.get());
      if (lanes.shape.rank() != out.rank())
        obstacle("\"{}\" broadcasts rows of shape {} along another dimension of {}", node.name(), lanes.shape.text(),
                 out.text());
      const Shape strides = lane_strides(lanes.shape, out);
      for (std::int64_t lane = 0; lane < lanes_of(out); ++lane)
        registers.push_back(lanes.registers[static_cast<std::size_t>(position_in(out, strides, lane))]);
      return registers;
    }
    if (t.rank() == out.rank() && t.size(0) != 1)
      obstacle("\"{}\" reads a constant tensor of shape {}, which is no parameter by row", node.name(),
               t.shape().text());
    const Tensor values = cast(t.detach(), DType::f64).broadcast_to(out).select(0, 0).contiguous();
    for (const double value : values.span<const double>()) registers.push_back(constant(value));
    return registers;
  }

  Lanes elementwise(const Node& node, RowInstruction::Code code, std::int64_t op) {
    const Shape& out = node.traced->shape;
    std::vector<std::int32_t> operands[3];
    for (std::size_t i = 0; i < node.traced->operands.size(); ++i) operands[i] = aligned(node, i, out);
    Lanes lanes{out, {}};
    for (std::size_t lane = 0; lane < operands[0].size(); ++lane) {
      RowInstruction in;
      in.code = code;
      in.op = static_cast<std::int16_t>(op);
      in.a = operands[0][lane];
      if (!operands[1].empty()) in.b = operands[1][lane];
      if (!operands[2].empty()) in.c = operands[2][lane];
      in.is_link = code == RowInstruction::Code::unary && op == options_.link_op && in.a < options_.outputs;
      lanes.registers.push_back(append(in, 1));
    }
    return lanes;
  }

  Lanes converted(const Node& node, DType to) {
    if (to == DType::f32 || to == DType::f64) return {node.traced->shape, operand(node, 0).registers};  // all is double
    if (to == DType::boolean) {
      Lanes lanes{node.traced->shape, {}};
      for (const std::int32_t r : operand(node, 0).registers) {
        RowInstruction in;
        in.code = RowInstruction::Code::binary;
        in.op = static_cast<std::int16_t>(op_number<NotEqual>(BinaryOps()));
        in.a = r;
        in.b = constant(0);
        lanes.registers.push_back(append(in, 1));
      }
      return lanes;
    }
    return elementwise(node, RowInstruction::Code::unary, op_number<Trunc>(UnaryOps()));
  }

  Lanes repeated(const Shape& out, const Lanes& from) const {
    if (from.shape.rank() != out.rank())
      obstacle("rows of shape {} are repeated along a new dimension", from.shape.text());
    const Shape strides = lane_strides(from.shape, out);
    Lanes lanes{out, {}};
    for (std::int64_t lane = 0; lane < lanes_of(out); ++lane)
      lanes.registers.push_back(from.registers[static_cast<std::size_t>(position_in(out, strides, lane))]);
    return lanes;
  }

  Lanes selected(const Node& node) const {
    const Lanes& from = inner(node, operand(node, 0));
    const auto axis = static_cast<int>(node.op().a);
    const Shape strides = row_major_strides(from.shape);
    Lanes lanes{node.traced->shape, {}};
    for (std::int64_t lane = 0; lane < lanes_of(from.shape); ++lane)
      if (lane / strides[axis] % from.shape[axis] == node.op().b)
        lanes.registers.push_back(from.registers[static_cast<std::size_t>(lane)]);
    return lanes;
  }

  /// The lanes of a reduced dimension, for every position of the others, in ascending order.
  std::vector<std::vector<std::int32_t>> groups(const Lanes& from, int axis) const {
    const Shape strides = row_major_strides(from.shape);
    const std::int64_t inner_lanes = strides[axis], length = from.shape[axis];
    std::vector<std::vector<std::int32_t>> all;
    for (std::int64_t lane = 0; lane < lanes_of(from.shape); ++lane) {
      if (lane / inner_lanes % length != 0) continue;
      std::vector<std::int32_t>& group = all.emplace_back();
      for (std::int64_t j = 0; j < length; ++j)
        group.push_back(from.registers[static_cast<std::size_t>(lane + j * inner_lanes)]);
    }
    return all;
  }

  void check_consecutive(const Node& node, const std::vector<std::int32_t>& group) const {
    for (std::size_t j = 1; j < group.size(); ++j)
      if (group[j] != group[j - 1] + 1) obstacle("\"{}\" reads values that are not neighbours", node.name());
  }

  Lanes reduced(const Node& node) {
    const Lanes& from = inner(node, operand(node, 0));
    const bool is_sum = node.op().code == OpCode::sum;
    Lanes lanes{node.traced->shape, {}};
    for (const std::vector<std::int32_t>& group : groups(from, static_cast<int>(node.op().a))) {
      if (group.empty()) obstacle("\"{}\" is taken of nothing", node.name());
      RowInstruction in;
      if (is_sum) {
        in.code = RowInstruction::Code::binary;
        in.op = static_cast<std::int16_t>(op_number<Add>(BinaryOps()));
        in.out = group[0];
        for (std::size_t j = 1; j < group.size(); ++j) {
          in.a = in.out;
          in.b = group[j];
          in.out = append(in, 1);
        }
      } else {
        check_consecutive(node, group);
        in.code = RowInstruction::Code::logsumexp;
        in.a = group[0];
        in.b = static_cast<std::int32_t>(group.size());
        in.out = append(in, 3);
      }
      lanes.registers.push_back(in.out);
    }
    return lanes;
  }

  Lanes gathered(const Node& node) {
    const Lanes& from = inner(node, operand(node, 0));
    const Lanes& index = operand(node, 1);
    const auto all = groups(from, static_cast<int>(node.op().a));
    if (all.size() != 1 || index.registers.size() != 1)
      obstacle("\"{}\" picks {} values a row", node.name(), index.registers.size());
    check_consecutive(node, all[0]);
    RowInstruction in;
    in.code = RowInstruction::Code::pick;
    in.a = all[0][0];
    in.b = static_cast<std::int32_t>(all[0].size());
    in.c = index.registers[0];
    return {node.traced->shape, {append(in, 1)}};
  }

  std::int32_t constant(double value) {
    for (std::size_t i = 0; i < constants_.size(); ++i)
      if (std::bit_cast<std::uint64_t>(constants_[i]) == std::bit_cast<std::uint64_t>(value))
        return first_constant + static_cast<std::int32_t>(i);
    if (constants_.size() == RowProgram::most_constants)
      obstacle("it has more than {} constants", RowProgram::most_constants);
    constants_.push_back(value);
    return first_constant + static_cast<std::int32_t>(constants_.size()) - 1;
  }

  /// Returns the register of the result: that of an equal instruction, or the first of `registers` new ones.
  std::int32_t append(RowInstruction in, std::int32_t registers) {
    const auto key = std::tuple(in.code, in.op, in.a, in.b, in.c);
    const auto [found, is_new] = known_.try_emplace(key, first_result + results_);
    if (!is_new) return found->second;
    if (program_.instructions == RowProgram::most_instructions)
      obstacle("it has more than {} operations a row", RowProgram::most_instructions);
    in.out = first_result + results_;
    results_ += registers;
    program_.instruction[program_.instructions++] = in;
    return in.out;
  }

  const TraceOptions& options_;
  std::int64_t rows_;
  RowProgram program_;
  std::vector<double> constants_;
  std::int32_t results_ = 0;
  std::unordered_map<const Node*, Lanes> lanes_;
  std::map<std::tuple<RowInstruction::Code, std::int16_t, std::int32_t, std::int32_t, std::int32_t>, std::int32_t>
      known_;
};

}  // namespace

RowProgram program_of(std::span<const Term> terms, std::span<const Node* const> nodes, const TraceOptions& options,
                      std::int64_t rows) {
  Builder builder(options, rows);
  for (const Node* node : nodes) builder.add(*node);
  return builder.finish(terms);
}

}  // namespace linden
