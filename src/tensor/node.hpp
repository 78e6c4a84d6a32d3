// The tape: one node for each result, holding what its derivative needs and the nodes of its operands.
//
// Nodes are numbered by depth (one more than the deepest operand), so that descending depth is an order in which every
// node has its whole gradient before its turn. A node goes when the last tensor and the last node above it go: without
// recursion, so that a chain of a million ops can be dropped.
#pragma once

#include <array>
#include <functional>
#include <linden/tensor.hpp>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/out_of_memory.hpp"
#include "tensor/access.hpp"

namespace linden {

/// What an op did, for those who read the tape to make a row program of it (src/loss/trace/trace.cpp).
enum class OpCode : std::uint8_t {
  other,      ///< nothing that a row program knows
  variable,   ///< argument `a` of the traced function
  unary,      ///< `a` is its number in UnaryOps
  binary,     ///< in BinaryOps
  where,      ///< mask, a, b
  cast,       ///< to DType `a`
  identity,   ///< a copy
  select,     ///< dimension `a`, position `b`
  unsqueeze,  ///< dimension `a`
  squeeze,    ///< dimension `a`
  broadcast,  ///< to the result's shape
  sum,        ///< over one dimension `a`; kept with size 1 where `b`
  logsumexp,  ///< over one dimension `a`; kept with size 1 where `b`
  gather,     ///< values, index along dimension `a`
};

struct OpId {
  const char* name = "";
  OpCode code = OpCode::other;
  std::int64_t a = 0, b = 0;
};

class Node {
 public:
  virtual ~Node() = default;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  const OpId& op() const noexcept { return op_; }
  const char* name() const noexcept { return op_.name; }
  std::int64_t depth() const noexcept { return depth_; }
  /// Null where an operand is a constant.
  virtual std::span<const std::shared_ptr<Node>> inputs() const noexcept = 0;
  /// Fills gradients[i] for every operand on the tape from the gradient of the result. Throws GraphError when the node
  /// has been released, or a saved value has changed.
  virtual void backward(const std::shared_ptr<Node>& self, const Tensor& gradient, std::span<Tensor> gradients) = 0;
  /// Drops what was saved.
  virtual void release() noexcept = 0;

  /// The operands and the result's shape: kept only while tracing.
  struct Traced {
    std::vector<Tensor> operands;
    Shape shape;
    DType dtype;
  };
  std::unique_ptr<Traced> traced;

 protected:
  Node(const OpId& op, std::int64_t depth) noexcept : op_(op), depth_(depth) {}

 private:
  friend void retire(Node* node) noexcept;

  OpId op_;
  std::int64_t depth_;
  Node* next_retired_ = nullptr;
};

/// A variable: gradients end here and are added up.
class Variable final : public Node {
 public:
  Variable() : Node({"variable", OpCode::variable}, 0) {}
  /// Argument `number` of a traced function.
  explicit Variable(std::int64_t number) : Node({"variable", OpCode::variable, number}, 0) {}

  std::span<const std::shared_ptr<Node>> inputs() const noexcept override { return {}; }
  void backward(const std::shared_ptr<Node>&, const Tensor&, std::span<Tensor>) override {}
  void release() noexcept override {}

  std::optional<Tensor> gradient;
};

/// What results do with the tape now, on this thread.
enum class TapeMode : std::uint8_t {
  on,
  off,
  trace,  ///< everything that depends on a variable goes on, what has no derivative too
};
TapeMode tape_mode() noexcept;
void set_tape_mode(TapeMode) noexcept;

/// Sets the mode until the end of the scope.
class TapeScope {
 public:
  explicit TapeScope(TapeMode mode) noexcept : before_(tape_mode()) { set_tape_mode(mode); }
  ~TapeScope() { set_tape_mode(before_); }
  TapeScope(const TapeScope&) = delete;
  TapeScope& operator=(const TapeScope&) = delete;

 private:
  TapeMode before_;
};

/// An operand or result that a rule needs later. It must not have changed in place by then.
class Saved {
 public:
  explicit Saved(const Tensor& t) : tensor_(t), version_(TensorAccess::version(t)) {}

  /// Throws GraphError naming the op when the elements have changed since.
  const Tensor& get(const Node& node) const;

  /// A result is saved off the tape (its node would keep itself alive) and put back on it here.
  static Saved result(const Tensor& t) { return Saved(t.detach()); }
  Tensor result_of(const std::shared_ptr<Node>& node) const;

 private:
  Tensor tensor_;
  std::uint32_t version_;
};

/// Deletes a node, and then, one after another, those that only it kept alive.
void retire(Node* node) noexcept;

[[noreturn]] void refuse_released(const Node& node);

/// A node whose rule is rule(self, gradient, gradients): `gradients[i]` is to be filled where wants(i).
template <class Rule, class Inputs>
class Recorded final : public Node {
 public:
  Recorded(const OpId& op, std::int64_t depth, Inputs inputs, Rule rule)
      : Node(op, depth), inputs_(std::move(inputs)), rule_(std::move(rule)) {}

  std::span<const std::shared_ptr<Node>> inputs() const noexcept override { return inputs_; }
  void backward(const std::shared_ptr<Node>& self, const Tensor& gradient, std::span<Tensor> gradients) override {
    if (!rule_) refuse_released(*this);
    (*rule_)(self, gradient, gradients);
  }
  void release() noexcept override { rule_.reset(); }

 private:
  Inputs inputs_;
  std::optional<Rule> rule_;
};

/// Whether a result of these operands goes on the tape.
template <class... Operands>
bool is_recorded(const Operands&... operands) {
  return ((TensorAccess::node(operands) != nullptr) || ...) && tape_mode() != TapeMode::off;
}

namespace detail {

std::int64_t depth_above(std::span<const std::shared_ptr<Node>> inputs) noexcept;
void attach(Tensor& result, Node* node, std::span<const Tensor* const> operands);

}  // namespace detail

/// Puts `result` on the tape. Call it only where is_recorded(operands...). The rule is a function
/// (const std::shared_ptr<Node>& self, const Tensor& gradient, std::span<Tensor> gradients).
template <class Rule, class... Operands>
void record(const OpId& op, Tensor& result, Rule rule, const Operands&... operands) try {
  using Inputs = std::array<std::shared_ptr<Node>, sizeof...(operands)>;
  Inputs inputs{TensorAccess::node(operands)...};
  const std::int64_t depth = detail::depth_above(inputs);
  const Tensor* const list[] = {&operands...};
  detail::attach(result, new Recorded<Rule, Inputs>(op, depth, std::move(inputs), std::move(rule)), list);
} catch (const std::bad_alloc&) {
  fail_out_of_memory(op.name);
}

/// The same for any number of operands.
template <class Rule>
void record(const OpId& op, Tensor& result, Rule rule, std::span<const Tensor> operands) {
  std::vector<std::shared_ptr<Node>> inputs;
  std::vector<const Tensor*> list;
  for (const Tensor& operand : operands) {
    inputs.push_back(TensorAccess::node(operand));
    list.push_back(&operand);
  }
  const std::int64_t depth = detail::depth_above(inputs);
  detail::attach(result,
                 new Recorded<Rule, std::vector<std::shared_ptr<Node>>>(op, depth, std::move(inputs), std::move(rule)),
                 list);
}

/// For results without a derivative (comparisons, casts to whole numbers): they go on the tape only while tracing.
template <class... Operands>
void record_flat(const OpId& op, Tensor& result, const Operands&... operands) {
  if (tape_mode() != TapeMode::trace || !is_recorded(operands...)) return;
  record(
      op, result, [](const std::shared_ptr<Node>&, const Tensor&, std::span<Tensor>) {}, operands...);
}

}  // namespace linden
