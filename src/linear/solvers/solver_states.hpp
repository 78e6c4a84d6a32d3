// SolverStates: what the solvers of one fit go on from. A fit may call solvers more than once; that is the same each
// time it runs, so that a call is known by its number.
#pragma once

#include <vector>

#include "checkpoint/checkpoint_file.hpp"

namespace linden {

/// All that a solver knows between two iterations, as lists of numbers in an order of its own.
using SolverState = std::vector<std::vector<double>>;

class SolverStates {
 public:
  /// `file` must outlive the object.
  explicit SolverStates(CheckpointFile& file) : file_(file) {}

  bool is_on() const noexcept { return file_.is_on(); }
  /// Takes up what the file has, if the fit is to go on. Throws as CheckpointFile::read.
  void read(Facts facts);

  /// A solver begins. Returns where it stood, or null.
  const SolverState* begin();
  /// Whether to keep the state before this iteration.
  bool is_due(int iteration) const noexcept { return iteration > 0 && file_.is_due(iteration); }
  /// Keeps it as that of the last one that began.
  void keep(SolverState state);

 private:
  CheckpointFile& file_;
  std::vector<SolverState> states_;  // one a call
  std::size_t calls_ = 0;
};

}  // namespace linden
