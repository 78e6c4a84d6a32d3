#include "fuse/program_builder.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <linden/ops.hpp>
#include <map>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "autograd/obstacle.hpp"
#include "autograd/traced.hpp"
#include "backend/math/scalar_ops.hpp"
#include "ops/promotion.hpp"

namespace linden {
namespace {

using Code = FusedInstruction::Code;

/// A value on its way: an argument, a constant or what an instruction gives, by number; what it is and what moves it.
struct Value {
  enum class Kind : std::uint8_t { argument, constant, result } kind = Kind::argument;
  std::int32_t number = 0;
  DType dtype = DType::f64;
  std::uint32_t moves = 0;
};

/// An instruction, and the values that it reads.
struct Step {
  FusedInstruction instruction;
  std::vector<Value> operands;
};

OpKind kind_of(Code code, std::int64_t op) {
  OpKind kind = OpKind::arithmetic;
  const auto visitor = [&](auto found) { kind = decltype(found)::info.kind; };
  if (code == Code::unary)
    visit_op(UnaryOps(), static_cast<std::int32_t>(op), visitor);
  else
    visit_op(BinaryOps(), static_cast<std::int32_t>(op), visitor);
  return kind;
}

class Builder {
 public:
  explicit Builder(const Shape& probe) : probe_(probe) {}

  /// Nodes come before those that depend on them.
  void add(const Node& node) { values_[&node] = emit(node); }

  TracedProgram finish(std::span<const Tensor> results) {
    for (const Tensor& result : results) {
      const std::shared_ptr<Node>& node = TensorAccess::node(result);
      if (!node) obstacle("what it gives does not depend on its arguments");
      if (result.shape() != probe_)
        obstacle("it gives shape {} for arguments of shape {}", result.shape().text(), probe_.text());
      results_.push_back(own(values_.at(node.get())));
    }
    number_inputs();
    place();
    return std::move(traced_);
  }

 private:
  Value emit(const Node& node) {
    if (!node.traced) obstacle("it reads a tensor that is on the tape already, which must be an argument");
    const OpId& op = node.op();
    const Shape& shape = node.traced->shape;
    // A number of C++ goes along to the device of the others.
    const bool is_moved = op.code == OpCode::other && std::string_view(op.name) == "to";
    const bool is_elementwise = op.code == OpCode::variable || op.code == OpCode::unary || op.code == OpCode::binary ||
                                op.code == OpCode::where || op.code == OpCode::cast || op.code == OpCode::identity;
    if (!is_elementwise && !is_moved) obstacle("\"{}\" is not elementwise", op.name);
    if (shape != probe_ && shape != Shape{})
      obstacle("\"{}\" gives shape {} for arguments of shape {}", op.name, shape.text(), probe_.text());
    if (op.code == OpCode::variable) {
      const DType dtype = node.traced->dtype;
      return {Value::Kind::argument, static_cast<std::int32_t>(op.a), dtype,
              is_floating(dtype) ? std::uint32_t{1} << op.a : 0};
    }
    std::vector<Value> operands;
    for (const Tensor& operand : node.traced->operands) operands.push_back(read(operand));
    FusedInstruction in;
    in.to = node.traced->dtype;
    in.from = operands.back().dtype;
    std::uint32_t moves = 0;
    for (const Value& operand : operands) moves |= operand.moves;
    switch (op.code) {
      case OpCode::other:
      case OpCode::identity: return operands[0];
      case OpCode::cast:
        in.code = Code::cast;
        if (!is_floating(in.to)) moves = 0;
        break;
      case OpCode::where:
        in.code = Code::where;
        moves = operands[1].moves | operands[2].moves;
        break;
      default: {
        in.code = op.code == OpCode::unary ? Code::unary : Code::binary;
        in.op = static_cast<std::int16_t>(op.a);
        const OpKind kind = kind_of(in.code, op.a);
        if (kind == OpKind::predicate || kind == OpKind::rounding) moves = 0;
      }
    }
    return append(in, std::move(operands), moves);
  }

  Value read(const Tensor& t) {
    if (const std::shared_ptr<Node>& node = TensorAccess::node(t)) return values_.at(node.get());
    if (t.elements() != 1)
      obstacle("it reads a tensor of shape {} that does not come from its arguments", t.shape().text());
    std::uint64_t bits = 0;
    const Tensor there = t.detach().to(Device::cpu());
    std::memcpy(&bits, TensorAccess::data(there), size_of(t.dtype()));
    const auto [found, is_new] =
        constants_.try_emplace({t.dtype(), bits}, static_cast<std::int32_t>(constants_.size()));
    if (is_new) {
      if (found->second == FusedProgram::most_constants)
        obstacle("it has more than {} constants", FusedProgram::most_constants);
      program().constant[static_cast<std::size_t>(found->second)] = bits;
    }
    return {Value::Kind::constant, found->second, t.dtype(), 0};
  }

  /// The value of an equal instruction, or of a new one.
  Value append(const FusedInstruction& in, std::vector<Value> operands, std::uint32_t moves) {
    std::vector<std::int32_t> key{static_cast<std::int32_t>(in.code), static_cast<std::int32_t>(in.from),
                                  static_cast<std::int32_t>(in.to), in.op};
    for (const Value& operand : operands) {
      key.push_back(static_cast<std::int32_t>(operand.kind));
      key.push_back(operand.number);
    }
    const auto [found, is_new] = known_.try_emplace(std::move(key), static_cast<std::int32_t>(steps_.size()));
    if (is_new) add_step(in, std::move(operands));
    return {Value::Kind::result, found->second, in.to, moves};
  }

  void add_step(const FusedInstruction& in, std::vector<Value> operands) {
    if (steps_.size() == FusedProgram::most_instructions)
      obstacle("it has more than {} operations", FusedProgram::most_instructions);
    steps_.push_back({in, std::move(operands)});
  }

  /// A value that an instruction gives, and that is no other result: else a copy.
  Value own(const Value& value) {
    const bool is_taken = std::ranges::any_of(results_, [&](const Value& r) { return r.number == value.number; });
    if (value.kind == Value::Kind::result && !is_taken) return value;
    FusedInstruction copy;
    copy.code = Code::cast;
    copy.from = copy.to = value.dtype;
    add_step(copy, {value});
    return {Value::Kind::result, static_cast<std::int32_t>(steps_.size()) - 1, value.dtype, value.moves};
  }

  void number_inputs() {
    std::map<std::int32_t, DType> read;
    for (const Step& step : steps_)
      for (const Value& operand : step.operands)
        if (operand.kind == Value::Kind::argument) read.try_emplace(operand.number, operand.dtype);
    FusedProgram& p = program();
    p.results = static_cast<std::int32_t>(results_.size());
    p.inputs = static_cast<std::int32_t>(read.size());
    p.constants = static_cast<std::int32_t>(constants_.size());
    if (p.operands() > FusedProgram::most_operands)
      obstacle("it has more than {} arguments and results", FusedProgram::most_operands);
    auto dtype = p.dtype.begin();
    for (const Value& result : results_) {
      *dtype++ = result.dtype;
      traced_.moves.push_back(result.moves);
    }
    for (const auto& [argument, its_dtype] : read) {
      *dtype++ = its_dtype;
      traced_.inputs.push_back(argument);
    }
  }

  /// Gives every value its register: a slot is free again after the last instruction that reads it.
  void place() {
    FusedProgram& p = program();
    std::vector<std::size_t> last(steps_.size());
    for (std::size_t i = 0; i < steps_.size(); ++i)
      for (const Value& operand : steps_[i].operands)
        if (operand.kind == Value::Kind::result) last[static_cast<std::size_t>(operand.number)] = i;
    std::vector<std::int32_t> registers(steps_.size());
    std::array<bool, FusedProgram::most_slots> is_used{};
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      FusedInstruction& in = steps_[i].instruction;
      const auto result = std::ranges::find(results_, static_cast<std::int32_t>(i), &Value::number);
      if (result != results_.end()) {
        registers[i] = static_cast<std::int32_t>(result - results_.begin());
      } else {
        const auto slot = std::ranges::find(is_used, false);
        if (slot == is_used.end()) obstacle("it has more than {} values at a time", FusedProgram::most_slots);
        *slot = true;
        registers[i] = p.first_slot() + static_cast<std::int32_t>(slot - is_used.begin());
        p.slots = std::max(p.slots, registers[i] - p.first_slot() + 1);
        p.slot_bytes = std::max(p.slot_bytes, static_cast<std::int32_t>(size_of(in.to)));
      }
      in.out = static_cast<std::int16_t>(registers[i]);
      std::int16_t* const reads[] = {&in.a, &in.b, &in.c};
      for (std::size_t o = 0; o < steps_[i].operands.size(); ++o) {
        const Value& operand = steps_[i].operands[o];
        *reads[o] = static_cast<std::int16_t>(register_of(operand, registers));
        if (operand.kind != Value::Kind::result || last[static_cast<std::size_t>(operand.number)] != i) continue;
        if (*reads[o] >= p.first_slot()) is_used[static_cast<std::size_t>(*reads[o] - p.first_slot())] = false;
      }
      p.instruction[i] = in;
    }
    p.instructions = static_cast<std::int32_t>(steps_.size());
  }

  std::int32_t register_of(const Value& value, const std::vector<std::int32_t>& registers) const {
    const FusedProgram& p = traced_.program;
    switch (value.kind) {
      case Value::Kind::constant: return p.operands() + value.number;
      case Value::Kind::result: return registers[static_cast<std::size_t>(value.number)];
      case Value::Kind::argument: break;
    }
    return p.results +
           static_cast<std::int32_t>(std::ranges::find(traced_.inputs, value.number) - traced_.inputs.begin());
  }

  FusedProgram& program() { return traced_.program; }

  const Shape& probe_;
  TracedProgram traced_;
  std::vector<Step> steps_;
  std::vector<Value> results_;
  std::unordered_map<const Node*, Value> values_;
  std::map<std::tuple<DType, std::uint64_t>, std::int32_t> constants_;
  std::map<std::vector<std::int32_t>, std::int32_t> known_;
};

}  // namespace

TracedProgram fused_program(std::span<const Tensor> results, const Shape& probe) {
  std::vector<const Node*> tops;
  for (const Tensor& result : results)
    if (const Node* const node = TensorAccess::node(result).get(); node && std::ranges::find(tops, node) == tops.end())
      tops.push_back(node);
  Builder builder(probe);
  for (const Node* node : in_order_of_depth(std::move(tops))) builder.add(*node);
  return builder.finish(results);
}

}  // namespace linden
