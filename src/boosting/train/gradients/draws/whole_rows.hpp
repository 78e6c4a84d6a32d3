// WholeRows: the training rows of all ranks on each of them, without their features, for what looks at rows of other
// ranks: losses that mix rows, and samples. It works on the host, and gives the bytes of one machine.
#pragma once

#include <linden/boosting.hpp>
#include <memory>
#include <span>

#include "backend/backend.hpp"
#include "backend/comms.hpp"
#include "boosting/train/ensemble/scores.hpp"
#include "boosting/train/gradients/fit_rows.hpp"
#include "boosting/train/gradients/gradient_source.hpp"
#include "boosting/train/gradients/gradients.hpp"
#include "boosting/train/gradients/draws/sampler.hpp"

namespace linden {

class WholeRows {
 public:
  /// `labels`, `weights` and `data` are those of all ranks. What is passed must outlive the object.
  WholeRows(const Ranks& ranks, Workers& workers, const Labels& labels, std::span<const double> weights,
            const Dataset& data);

  const Ranks& ranks() const noexcept { return ranks_; }
  const Backend& backend() const noexcept { return backend_; }
  Context& context() noexcept { return context_; }
  const FitRows& rows() const noexcept { return rows_; }
  const Dataset& data() const noexcept { return data_; }

 private:
  const Ranks& ranks_;
  const Backend& backend_;
  Context context_;
  const Dataset& data_;
  FitRows rows_;
};

/// Whether the gradients of a row follow from rows of other ranks, or from its number among all.
bool looks_at_others(const Loss& loss);

/// The gradients of such a loss: every rank has those of all rows, at the scores of all, and takes its own.
std::unique_ptr<GradientSource> whole_gradient_source(WholeRows& whole, const BoostingConfig& config);

/// What is drawn from all rows: every rank draws the same, and takes its own. `here` is where its trees are grown.
std::unique_ptr<Sampler> whole_row_sampler(WholeRows& whole, const BoostingConfig& config, const Backend& backend,
                                           Context& here, std::int64_t rows);

}  // namespace linden
