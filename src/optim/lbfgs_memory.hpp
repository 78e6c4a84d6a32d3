// What L-BFGS remembers from one iteration to the next, and the direction that follows from it.
#pragma once

#include <cstdint>
#include <deque>
#include <linden/optim.hpp>
#include <vector>

#include "optim/state_reader.hpp"

namespace linden::optim {

/// The sum of a * b.
double dot(const Tensor& a, const Tensor& b);

struct Lbfgs::Memory {
  /// What a move did to the gradient.
  struct Pair {
    Tensor move, change;
    double inverse;  ///< 1 / (move . change)
  };

  std::deque<Pair> pairs;       ///< the newest last
  double scale = 1;             ///< the inverse Hessian before the pairs is this times the identity
  std::int64_t iterations = 0;  ///< of all steps
  Tensor gradient;              ///< at the start of the last iteration
  Tensor move;                  ///< of all parameters in the last iteration; zeros when it did not move them
  bool unseen = false;          ///< whether it led to a point that was not evaluated

  /// Takes in the last move, and counts a new iteration. Returns where to go from a point with `gradient_here`.
  Tensor direction(const Tensor& gradient_here, int history);

  void write(std::vector<NamedTensor>& state) const;
  /// Of `elements` elements of `dtype`, on the device.
  static Memory read(StateReader& state, std::int64_t elements, DType dtype, const Device& device);

 private:
  void take_in_move(const Tensor& gradient_here, int history);
};

}  // namespace linden::optim
