// SlopeFit: the slopes of linear leaves, of a tree that has just been grown. A device sums over rows; the ridge
// regressions, of a few numbers each, are the host's.
#pragma once

#include "backend/backend.hpp"
#include "boosting/train/ensemble/raw_rows.hpp"

namespace linden {

class SlopeFit {
 public:
  /// What is passed must outlive the object.
  SlopeFit(const Backend& backend, const LinearLeaves& options, RawRows& rows)
      : backend_(backend), options_(options), rows_(rows) {}

  /// Gives the leaves of `tree`, which is the one that stands in `memory`, their terms. On the CPU any number of
  /// threads may do so, each with a tree of its own.
  void fit(Context& context, const TreeMemory& memory, Tree& tree) const;

 private:
  const Backend& backend_;
  const LinearLeaves& options_;
  RawRows& rows_;
};

}  // namespace linden
