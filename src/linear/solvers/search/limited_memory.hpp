// The inverse Hessian as L-BFGS has it: a diagonal, and the last few steps with what they did to the gradient.
//
// optim::Lbfgs has a recursion of its own (optim/lbfgs_memory.hpp): it follows PyTorch to the last digit, on tensors of
// any device, where this one has a diagonal that knows the penalties, and leaves out the parameters that l1 holds.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace linden {

class LimitedMemory {
 public:
  /// `diagonal`: a first guess of the inverse Hessian; 0 for parameters that stay.
  explicit LimitedMemory(std::vector<double> diagonal) : diagonal_(std::move(diagonal)) {}

  bool empty() const noexcept { return pairs_.empty(); }
  void clear() { pairs_.clear(); }
  void set_diagonal(std::vector<double> diagonal) { diagonal_ = std::move(diagonal); }

  /// The diagonal, and of each pair the step and the change of the gradient; and back.
  std::vector<std::vector<double>> state() const;
  void set_state(std::span<const std::vector<double>> state);

  /// A step and the change of the gradient along it. Without effect where the function does not bend upwards.
  void add(std::vector<double> step, std::vector<double> change);

  /// out = B x, on the parameters that `moves` names (empty: all): the others are 0 in x, in out and in the pairs.
  void apply(std::span<const double> x, std::span<const std::uint8_t> moves, std::span<double> out) const;

 private:
  struct Pair {
    std::vector<double> step, change;
    double product;
  };

  std::vector<double> diagonal_;
  std::vector<Pair> pairs_;  // the oldest first
};

}  // namespace linden
